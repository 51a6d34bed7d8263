import CKernels
import Tensors

/// Normalization over the features of each step or pixel by the root of the mean of their squares:
///
///     y = x / √(mean x² + ε) ⊙ weight
///
/// The output has the input's shape; `weight` [features] starts at 1. Zhang & Sennrich 2019; PyTorch's `nn.RMSNorm` over the last
/// dimension.
public final class RMSNorm: Layer {
  /// The recipe's name.
  public let kind = "rms-norm"
  /// The input's shape.
  public let outputShape: Shape
  /// Added to the mean of the squares.
  package let epsilon: Float
  private let weight: Parameter

  /// A layer for inputs of a shape; without `epsilon`, it is the machine epsilon of float32, 2⁻²³, as in PyTorch.
  public init(input: Shape, epsilon: Double? = nil) {
    outputShape = input
    self.epsilon = epsilon.map { Float($0) } ?? .ulpOfOne
    weight = Parameter("weight", shape: [input.features], initialization: .constant(1), flattened: input)
  }

  /// `weight`.
  public var parameters: [Parameter] { [weight] }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, each row's root, and the gradients' memory.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    RowNormPass(
      &plan, shape: outputShape, batch: batch, wantsInputGradient: wantsInputGradient, weight: weight, bias: nil,
      epsilon: epsilon, statistics: 1, function: dpt_rms_norm, derivative: dpt_rms_norm_gradient)
  }
}
