import Diagnostics
import Tensors

/// What layers that run as one make of the lengths of a batch's samples.
struct StageLengths {
  private let kind: String
  private let givesSequences: Bool
  /// A window over the steps, and memory for how often it fits each sample.
  private let window: (window: Window, steps: ArenaPlan.Slot)?

  /// Reserves memory; behind the first layer nothing changes a length.
  init(_ layers: [any Layer], _ plan: inout ArenaPlan, batch: Int) {
    kind = layers[0].kind
    givesSequences = layers[0].outputShape.isSequence
    if givesSequences, case .window(let window) = layers[0].lengthRule {
      self.window = (window, plan.activation(batch))
    } else {
      window = nil
    }
  }

  /// The lengths of the outputs, which become zeros behind them, from those of the inputs.
  /// - Throws: `Failure` (data) for a sample of which the window leaves nothing.
  func follow(
    _ lengths: UnsafePointer<Int32>?, into outputs: TensorView, _ context: StepContext
  ) throws -> UnsafePointer<Int32>? {
    guard let lengths, givesSequences else { return nil }
    guard let (window, slot) = window else {
      outputs.clear(behind: lengths)
      return lengths
    }
    let shorter = context.arena.integers(slot)
    for sample in 0..<outputs.batch {
      let steps = window.steps(from: Int(lengths[sample]))
      guard steps > 0 else {
        throw Failure(
          .data,
          "sample \(context.firstSample + sample) of the batch has \(lengths[sample]) steps, too few for \(kind)",
          advice: "leave such samples out, or give the layer a smaller kernel, or padding")
      }
      shorter[sample] = Int32(steps)
    }
    outputs.clear(behind: shorter)
    return UnsafePointer(shorter)
  }
}
