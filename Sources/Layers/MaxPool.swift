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
  private var tapMemory: ArenaPlan.Slot?

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) where the window does not fit.
  public init(input: Shape, window: Window) throws {
    pooling = try PoolingMemory(input: input, window: window)
  }

  /// The size rule's result, with the input's channels.
  public var outputShape: Shape { pooling.outputShape }

  /// What is behind a sample's length is outside of the window.
  public var lengthRule: LengthRule { .window(pooling.window) }

  /// Reserves the outputs and where each came from.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    pooling.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
    let rows = batch * outputShape.positions * outputShape.steps
    // A byte each.
    tapMemory = plan.activation(rows * paddedToLanes(outputShape.features) / MemoryLayout<Float>.size)
  }

  /// The largest values.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let output = output(batch: input.batch, context)
    pooling.forEachWindow(batch: input.batch, inputStride: input.stride, context) { g, from, to in
      dpt_max_pool(&g, input.base + from, output.base + to, taps(context) + to, false)
    }
    return output
  }

  /// The outputs of a batch, not yet written.
  func output(batch: Int, _ context: StepContext) -> TensorView { pooling.output(batch: batch, context) }

  /// Pools some of a batch's images, which come from sample `first` on in `output`. With `rectified` they are outputs of a
  /// ReLU, and no gradient goes back to where these are 0.
  func pool(_ input: TensorView, into output: TensorView, from first: Int, rectified: Bool, _ context: StepContext) {
    var g = geometry(batch: input.batch, inputStride: input.stride)
    let start = first * g.yImage
    dpt_max_pool(&g, input.base, output.base + start, taps(context) + start, rectified)
  }

  /// Each window's gradient to the place of its largest value.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let result = pooling.inputGradient(batch: gradient.batch, context) else { return nil }
    pooling.forEachWindow(batch: gradient.batch, inputStride: result.stride, context) { g, to, from in
      dpt_max_pool_back(&g, gradient.base + from, taps(context) + from, result.base + to)
    }
    return result
  }

  /// The window as the kernels take it.
  func geometry(batch: Int, inputStride: Int) -> dpt_convolution {
    pooling.geometry(batch: batch, inputStride: inputStride)
  }

  /// Which tap of its window each output is.
  func taps(_ context: StepContext) -> UnsafeMutablePointer<Int8> {
    guard let tapMemory else { preconditionFailure("a pass before plan") }
    return UnsafeMutableRawPointer(context.arena[tapMemory]).assumingMemoryBound(to: Int8.self)
  }
}
