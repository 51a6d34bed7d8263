import CKernels
import Tensors

/// Max pooling of images or sequences, as PyTorch's `nn.MaxPool2d` and `nn.MaxPool1d`: the largest value of each window,
/// channel by channel. The gradient goes to the place that held it, the first of equals.
///
/// Input [height, width, channels] or [steps, channels]; the size rule is `Window`'s.
public final class MaxPool: Layer {
  /// The recipe's name.
  public let kind = "max-pool"
  /// The window, and the memory.
  package private(set) var pooling: PoolingMemory
  private var taps: ArenaPlan.Slot?

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) where the window does not fit.
  public init(input: Shape, window: Window) throws {
    pooling = try PoolingMemory(input: input, window: window)
  }

  /// The size rule's result, with the input's channels.
  public var outputShape: Shape { pooling.outputShape }

  /// Reserves the outputs and where each came from.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    pooling.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
    let rows = batch * outputShape.positions * outputShape.steps
    taps = plan.activation(rows * paddedToLanes(outputShape.features))
  }

  /// The largest values.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let output = pooling.output(batch: input.batch, context)
    var g = pooling.geometry(batch: input.batch, inputStride: input.stride)
    withTaps(context, count: output.rows * output.stride) { dpt_max_pool(&g, input.base, output.base, $0) }
    return output
  }

  /// Each window's gradient to the place of its largest value.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let result = pooling.inputGradient(batch: gradient.batch, context) else { return nil }
    var g = pooling.geometry(batch: gradient.batch, inputStride: result.stride)
    withTaps(context, count: gradient.rows * gradient.stride) {
      dpt_max_pool_back(&g, gradient.base, $0, result.base)
    }
    return result
  }

  /// The arena's floats as whole numbers of the same size.
  private func withTaps(_ context: StepContext, count: Int, _ body: (UnsafeMutablePointer<Int32>) -> Void) {
    guard let taps else { preconditionFailure("a pass before plan") }
    context.arena[taps].withMemoryRebound(to: Int32.self, capacity: count) { body($0) }
  }
}
