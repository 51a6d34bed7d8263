import CKernels
import Tensors

/// Average pooling of images or sequences: the mean of each window, channel by channel. Padding counts as zeros, as in
/// PyTorch's `nn.AvgPool2d` and `nn.AvgPool1d`.
///
/// Input [height, width, channels] or [steps, channels]; the size rule is `Window`'s.
public final class AveragePool: Layer {
  /// The recipe's name.
  public let kind = "average-pool"
  /// The window.
  package let pooling: Pooling

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) if the window does not fit.
  public init(input: Shape, window: Window) throws {
    pooling = try Pooling(input: input, window: window)
  }

  /// The size by the size rule, with the input's channels.
  public var outputShape: Shape { pooling.outputShape }

  /// Windows only cover valid steps.
  public var lengthRule: LengthRule { .window(pooling.window) }

  /// Reserves the outputs.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    AveragePoolPass(
      memory: PoolingMemory(pooling, kind: "average-pool", &plan, batch: batch, wantsInputGradient: wantsInputGradient))
  }
}

/// The pass of average pooling, over windows or globally.
struct AveragePoolPass: Pass {
  let memory: PoolingMemory

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let output = try memory.output(for: input, context)
    memory.pooling.forEachWindow(input, output) { g, from, to in
      dpt_average_pool(&g, input.base + from, output.base + to)
    }
    return output
  }

  /// Divides each window's gradient equally among its taps.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let result = memory.inputGradient(for: input, context) else { return nil }
    memory.pooling.forEachWindow(result, gradient) { g, to, from in
      dpt_average_pool_back(&g, gradient.base + from, result.base + to)
    }
    return result
  }
}
