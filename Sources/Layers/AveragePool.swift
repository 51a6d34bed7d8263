import CKernels
import Tensors

/// Average pooling of images or sequences, as PyTorch's `nn.AvgPool2d` and `nn.AvgPool1d` (padding counts as zeros): the
/// mean of each window, channel by channel.
///
/// Input [height, width, channels] or [steps, channels]; the size rule is `Window`'s.
public final class AveragePool: Layer {
  /// The recipe's name.
  public let kind = "average-pool"
  /// The window, and the memory.
  package private(set) var pooling: PoolingMemory

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) where the window does not fit.
  public init(input: Shape, window: Window) throws {
    pooling = try PoolingMemory(input: input, window: window)
  }

  /// The size rule's result, with the input's channels.
  public var outputShape: Shape { pooling.outputShape }

  /// What is behind a sample's length is outside of the window.
  public var lengthRule: LengthRule { .window(pooling.window) }

  /// Reserves the outputs.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    pooling.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }

  /// The means.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let output = pooling.output(batch: input.batch, context)
    pooling.forEachWindow(batch: input.batch, inputStride: input.stride, context) { g, from, to in
      dpt_average_pool(&g, input.base + from, output.base + to)
    }
    return output
  }

  /// Each window's gradient in equal shares.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let result = pooling.inputGradient(batch: gradient.batch, context) else { return nil }
    pooling.forEachWindow(batch: gradient.batch, inputStride: result.stride, context) { g, to, from in
      dpt_average_pool_back(&g, gradient.base + from, result.base + to)
    }
    return result
  }
}
