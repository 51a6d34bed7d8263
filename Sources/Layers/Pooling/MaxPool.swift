import CKernels
import Tensors

/// Max pooling of images or sequences, as PyTorch's `nn.MaxPool2d` and `nn.MaxPool1d`: the largest value of each window,
/// channel by channel. The gradient goes to that value's place, the first of equals.
///
/// Input [height, width, channels] or [steps, channels]; the size rule is `Window`'s.
public final class MaxPool: Layer, PlacedLayer {
  /// The recipe's name.
  public let kind = "max-pool"
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

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs and their taps.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    MaxPoolPass(pooling, &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: output)
  }
}

struct MaxPoolPass: Pass {
  let memory: PoolingMemory
  private let tapMemory: ArenaPlan.Slot

  init(_ pooling: Pooling, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) {
    memory = PoolingMemory(
      pooling, kind: "max-pool", &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: output)
    // A byte for each output.
    tapMemory = plan.activation(pooling.outputShape.paddedCount(batch: batch) / MemoryLayout<Float>.size)
  }

  /// The tap of each output's largest value in its window, from a row of outputs on: rows of whole groups of lanes.
  func taps(fromRow row: Int, _ context: StepContext) -> UnsafeMutablePointer<Int8> {
    UnsafeMutableRawPointer(context.arena[tapMemory]).assumingMemoryBound(to: Int8.self)
      + row * paddedToLanes(memory.pooling.outputShape.features)
  }

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let output = try memory.output(for: input, context)
    memory.pooling.forEachWindow(input, output) { g, from, to in
      dpt_max_pool(
        &g, (input.base + from).address, (output.base + to).address, taps(fromRow: to / output.stride, context), false)
    }
    return output
  }

  /// Adds each window's gradient to the place of its largest value.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let result = memory.inputGradient(for: input, context) else { return nil }
    memory.pooling.forEachWindow(result, gradient) { g, to, from in
      dpt_max_pool_back(
        &g, (gradient.base + from).address, taps(fromRow: from / gradient.stride, context), (result.base + to).address)
    }
    return result
  }
}
