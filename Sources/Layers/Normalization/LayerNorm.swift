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
  fileprivate let weight, bias: Parameter

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

  /// Reserves the outputs, each row's mean and deviation, and the gradients' memory.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let floats = outputShape.paddedCount(batch: batch)
    return LayerNormPass(
      layer: self, output: plan.activation(floats),
      statistics: plan.activation(2 * batch * outputShape.steps * outputShape.positions),
      scaled: plan.backwardScratch(floats), gradient: wantsInputGradient ? plan.gradient(floats) : nil)
  }
}

private struct LayerNormPass: Pass {
  let layer: LayerNorm
  let output, statistics, scaled: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The normalized rows.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena[output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    var settings = settings(context)
    dpt_layer_norm(&rows, &settings)
    return result
  }

  /// ∂ℓ/∂weight = Σ ∂ℓ/∂y ⊙ normalized x, ∂ℓ/∂bias = Σ ∂ℓ/∂y, and the gradient of the input.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let result = self.gradient.map { gradient.with(base: context.arena[$0], columns: gradient.columns) }
    let scaled = gradient.with(base: context.arena[scaled], columns: gradient.columns)
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    var settings = settings(context)
    dpt_layer_norm_gradient(&rows, &settings, scaled.base, scaled.stride)
    context.biasGradient(output: scaled, outputs: scaled.columns, target: context.gradient(layer.weight))
    context.biasGradient(output: gradient, outputs: gradient.columns, target: context.gradient(layer.bias))
    return result
  }

  private func settings(_ context: StepContext) -> dpt_row_norm {
    dpt_row_norm(
      weight: UnsafePointer(context.values(layer.weight)), bias: UnsafePointer(context.values(layer.bias)),
      epsilon: layer.epsilon, statistics: context.arena[statistics])
  }
}
