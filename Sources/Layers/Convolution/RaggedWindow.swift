import CKernels
import Diagnostics
import Tensors

/// A window over sequences of different lengths: how many steps it gives for each of them, and where these lie.
struct RaggedWindow {
  private let kind: String
  private let window: Window
  private let starts: ArenaPlan.Slot

  /// Reserves memory for a layer, named by its `kind` in messages.
  init(_ window: Window, kind: String, _ plan: inout ArenaPlan, batch: Int) {
    self.kind = kind
    self.window = window
    // Gradients have these starts, too, even where the backward pass of a shortcut comes after the body's.
    starts = plan.persistent(batch + 1)
  }

  /// A ragged view for what the window gives for a ragged input.
  /// - Throws: `Failure` (data) for a sample of which the window leaves nothing.
  func output(
    of input: TensorView, rows: OutputRows, columns: Int, _ context: StepContext
  ) throws -> TensorView {
    let starts = context.arena.integers(starts)
    starts[0] = 0
    for sample in 0..<input.batch {
      let before = input.steps(ofSample: sample)
      let steps = window.steps(from: before)
      guard steps > 0 else {
        throw Failure(
          .data, "sample \(context.firstSample + sample) of the batch has \(before) steps, too few for \(kind)",
          advice: "leave such samples out, or give the layer a smaller kernel, or padding")
      }
      starts[sample + 1] = starts[sample] + Int32(steps)
    }
    return TensorView(
      base: rows.base(context), starts: UnsafePointer(starts), batch: input.batch, columns: columns, stride: rows.stride
    )
  }
}

extension dpt_convolution {
  /// Makes this the window over a ragged input and output, if they are ragged. A line is a step.
  mutating func follow(input: TensorView, output: TensorView) {
    guard let starts = input.starts, let outputStarts = output.starts else { return }
    (xStarts, yStarts) = (starts, outputStarts)
    (height, outHeight) = (input.steps, output.steps)
    (xLine, yLine) = (xStride, yStride)
  }
}
