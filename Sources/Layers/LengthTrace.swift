import Diagnostics
import Tensors

/// The lengths of a batch's samples before each layer of a list, from a forward pass to the backward pass behind it.
final class LengthTrace {
  private var before: [UnsafePointer<Int32>?] = []
  /// Where the lengths behind a window are written.
  private var made: [ArenaPlan.Slot?] = []

  /// Forgets the plan before.
  func reset() {
    before = []
    made = []
  }

  /// Reserves memory for the next layer of the list.
  func plan(_ layer: any Layer, _ plan: inout ArenaPlan, batch: Int) {
    before.append(nil)
    if layer.outputShape.isSequence, case .window = layer.lengthRule {
      made.append(plan.activation(batch))
    } else {
      made.append(nil)
    }
  }

  /// Notes the lengths before a layer's forward pass.
  func begin(_ index: Int, _ context: StepContext) { before[index] = context.lengths }

  /// Sets the context's lengths to those of a layer's outputs, which become zeros behind them.
  /// - Throws: `Failure` (data) for a sample of which the layer's window leaves nothing.
  func end(_ index: Int, _ layer: any Layer, gave outputs: TensorView, _ context: StepContext) throws {
    guard let lengths = context.lengths else { return }
    guard layer.outputShape.isSequence else {
      context.lengths = nil
      return
    }
    if case .window(let window) = layer.lengthRule, let slot = made[index] {
      let shorter = context.arena.integers(slot)
      for sample in 0..<outputs.batch {
        let steps = window.steps(from: Int(lengths[sample]))
        guard steps > 0 else {
          throw Failure(
            .data,
            "sample \(context.firstSample + sample) of the batch has \(lengths[sample]) steps, too few for "
              + layer.kind, advice: "leave such samples out, or give the layer a smaller kernel, or padding")
        }
        shorter[sample] = Int32(steps)
      }
      context.lengths = UnsafePointer(shorter)
    }
    if let lengths = context.lengths { outputs.clear(behind: lengths) }
  }

  /// Sets the context's lengths to those of a layer's inputs, for its backward pass.
  func beginBack(_ index: Int, _ context: StepContext) { context.lengths = before[index] }

  /// Makes the gradient of a layer's inputs zeros behind their lengths.
  func endBack(_ index: Int, gave gradient: TensorView?, _ context: StepContext) {
    context.lengths = before[index]
    if let lengths = before[index], let gradient { gradient.clear(behind: lengths) }
  }
}
