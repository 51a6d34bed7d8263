import CKernels
import Tensors

/// Normalization over the features of each step or pixel:
///
///     y = (x − mean x) / √(var x + ε) ⊙ weight + bias        var x = mean (x − mean x)²
///
/// The output has the input's shape; `weight` and `bias` [features] start at 1 and 0. Ba, Kiros & Hinton 2016; PyTorch's
/// `nn.LayerNorm` over the last dimension.
public final class LayerNorm: Layer {
  /// The recipe's name.
  public let kind = "layer-norm"
  /// The input's shape.
  public let outputShape: Shape
  /// Added to the variance.
  package let epsilon: Float
  private let weight, bias: Parameter

  /// A layer for inputs of a shape.
  public init(input: Shape, epsilon: Double = 1e-5) {
    outputShape = input
    self.epsilon = Float(epsilon)
    func parameter(_ name: String, _ value: Float) -> Parameter {
      Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input)
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
  }

  /// `weight` and `bias`.
  public var parameters: [Parameter] { [weight, bias] }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, each row's mean and deviation, and the gradients' memory.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    RowNormPass(
      &plan, shape: outputShape, batch: batch, wantsInputGradient: wantsInputGradient, weight: weight, bias: bias,
      epsilon: epsilon, statistics: 2, function: dpt_layer_norm, derivative: dpt_layer_norm_gradient)
  }
}
