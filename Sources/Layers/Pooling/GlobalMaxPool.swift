import CKernels
import Tensors

/// The largest value over all pixels or all valid steps, channel by channel: PyTorch's `nn.AdaptiveMaxPool2d(1)` flattened,
/// or `x.max(1).values` of sequences. The gradient goes to that value's place, the first of equals.
///
/// Input [height, width, channels] or [steps, channels], output [channels].
public final class GlobalMaxPool: Layer {
  /// The recipe's name.
  public let kind = "global-max-pool"
  private let pooling: Pooling

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) for vectors.
  public init(input: Shape) throws {
    pooling = try Pooling(globalOver: input)
  }

  /// [channels].
  public var outputShape: Shape { pooling.outputShape }

  /// Only valid steps count.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, their pixels, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    GlobalMaxPoolPass(
      memory: PoolingMemory(pooling, kind: kind, &plan, batch: batch, wantsInputGradient: wantsInputGradient),
      pixels: plan.activation(outputShape.paddedCount(batch: batch)))
  }
}

private struct GlobalMaxPoolPass: Pass {
  let memory: PoolingMemory
  /// The pixel or step of each output.
  let pixels: ArenaPlan.Slot

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let output = try memory.output(for: input, context)
    memory.pooling.forEachWindow(input, output) { g, from, to in
      dpt_global_max_pool(
        &g, (input.base + from).address, (output.base + to).address, context.arena.integers(pixels) + to)
    }
    return output
  }

  /// The gradient at the place of the largest value, zeros elsewhere.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let result = memory.inputGradient(for: input, context) else { return nil }
    memory.pooling.forEachWindow(result, gradient) { g, to, from in
      dpt_global_max_pool_back(
        &g, (gradient.base + from).address, context.arena.integers(pixels) + from, (result.base + to).address)
    }
    return result
  }
}
