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
  fileprivate let weight: Parameter

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

  /// Reserves the outputs, each row's root, and the gradients' memory.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let floats = outputShape.paddedCount(batch: batch)
    return RMSNormPass(
      layer: self, output: plan.activation(floats),
      statistics: plan.activation(batch * outputShape.steps * outputShape.positions),
      scaled: plan.backwardScratch(floats), gradient: wantsInputGradient ? plan.gradient(floats) : nil)
  }
}

private struct RMSNormPass: Pass {
  let layer: RMSNorm
  let output, statistics, scaled: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The normalized rows.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena[output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    var settings = settings(context)
    dpt_rms_norm(&rows, &settings)
    return result
  }

  /// ∂ℓ/∂weight = Σ ∂ℓ/∂y ⊙ normalized x, and the gradient of the input.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let result = self.gradient.map { gradient.with(base: context.arena[$0], columns: gradient.columns) }
    let scaled = gradient.with(base: context.arena[scaled], columns: gradient.columns)
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    var settings = settings(context)
    dpt_rms_norm_gradient(&rows, &settings, scaled.base, scaled.stride)
    context.biasGradient(output: scaled, outputs: scaled.columns, target: context.gradient(layer.weight))
    return result
  }

  private func settings(_ context: StepContext) -> dpt_row_norm {
    dpt_row_norm(
      weight: UnsafePointer(context.values(layer.weight)), bias: nil, epsilon: layer.epsilon,
      statistics: context.arena[statistics])
  }
}
