import CKernels
import Tensors

/// Average pooling of images or sequences, as PyTorch's `nn.AvgPool2d` and `nn.AvgPool1d`: the mean of each window, channel by
/// channel. Padding counts as zeros, or, without `countIncludePad`, not at all. What lies beyond the padding never counts
/// (`Window.ceilMode`).
///
/// Input [height, width, channels] or [steps, channels]; the size rule is `Window`'s.
public final class AveragePool: Layer, PlacedLayer {
  /// The recipe's name.
  public let kind = "average-pool"
  /// The window.
  package let pooling: Pooling
  /// Whether padding counts.
  package let countIncludePad: Bool

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) if the window does not fit.
  public init(input: Shape, window: Window, countIncludePad: Bool = true) throws {
    pooling = try Pooling(input: input, window: window)
    self.countIncludePad = countIncludePad
  }

  /// The size by the size rule, with the input's channels.
  public var outputShape: Shape { pooling.outputShape }

  /// Windows only cover valid steps.
  public var lengthRule: LengthRule { .window(pooling.window) }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    AveragePoolPass(
      memory: PoolingMemory(
        pooling, kind: "average-pool", &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: output),
      average: countIncludePad ? DPT_PADDING_COUNTS : DPT_PADDING_IGNORED)
  }
}

/// The pass of average pooling, over windows, adaptive ones, or globally.
struct AveragePoolPass: Pass {
  let memory: PoolingMemory
  let average: dpt_average

  var overwritesGradient: Bool { false }

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let output = try memory.output(for: input, context)
    memory.pooling.forEachWindow(input, output) { g, from, to in
      dpt_average_pool(&g, average, (input.base + from).address, (output.base + to).address)
    }
    return output
  }

  /// Divides each window's gradient equally among its pixels.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let result = memory.inputGradient(for: input, context) else { return nil }
    memory.pooling.forEachWindow(result, gradient) { g, to, from in
      dpt_average_pool_back(&g, average, (gradient.base + from).address, (result.base + to).address)
    }
    return result
  }
}
