import CKernels
import Tensors

/// Normalization of each value by its neighbours among the channels of its pixel or step:
///
///     y[c] = x[c] / (k + alpha · mean x²)^beta,  the mean over the channels c − ⌊size / 2⌋ … c + ⌊(size − 1) / 2⌋
///
/// Beyond the channels there are zeros. Images and sequences; the output has the input's shape. No parameters. Krizhevsky,
/// Sutskever & Hinton 2012; PyTorch's `nn.LocalResponseNorm`.
public final class LocalResponseNorm: Layer {
  /// The recipe's name.
  public let kind = "local-response-norm"
  /// The input's shape.
  public let outputShape: Shape
  /// The number of channels in a window.
  package let size: Int
  /// The factor of the mean, the exponent, and what is added to the mean.
  package let alpha, beta, k: Float

  /// A layer for inputs of a shape; `size` and `k` are above 0, `alpha` is not below.
  public init(input: Shape, size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    precondition(input.isImage || input.isSequence, "local response normalization of \(input.text)")
    precondition(size > 0 && alpha >= 0 && k > 0, "a size of \(size), alpha \(alpha), k \(k)")
    outputShape = input
    self.size = size
    (self.alpha, self.beta, self.k) = (Float(alpha), Float(beta), Float(k))
  }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, the input's gradient if it is wanted, and memory for a row.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let count = outputShape.paddedCount(batch: batch)
    plan.sharedScratch(dpt_local_response_scratch(outputShape.features, size))
    return LocalResponseNormPass(
      layer: self, output: plan.activationValues(count), gradient: wantsInputGradient ? plan.gradientValues(count) : nil
    )
  }
}

private struct LocalResponseNormPass: Pass {
  let layer: LocalResponseNorm
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The normalized rows.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    var settings = settings(context)
    dpt_local_response_norm(&rows, &settings)
    return result
  }

  /// ∂ℓ/∂x from the values and the gradients of all windows that a channel is in.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena.values(slot), columns: gradient.columns)
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    var settings = settings(context)
    dpt_local_response_norm_gradient(&rows, &settings)
    return result
  }

  private func settings(_ context: StepContext) -> dpt_local_response {
    dpt_local_response(
      size: layer.size, alpha: layer.alpha, beta: layer.beta, k: layer.k, scratch: context.arena.scratch.baseAddress)
  }
}
