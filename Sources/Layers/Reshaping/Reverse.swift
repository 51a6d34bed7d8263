import Tensors

/// The steps of each sample in reverse order, those that are there: PyTorch's `x.flip(1)` of sequences of equal lengths.
///
/// The output has the input's shape, [steps, features].
public final class Reverse: Layer {
  /// The recipe's name.
  public let kind = "reverse"
  /// The input's shape.
  public let outputShape: Shape

  /// A layer for sequences of a shape.
  public init(input: Shape) {
    precondition(input.isSequence, "\(input.text) has no steps to reverse")
    outputShape = input
  }

  /// A sample's steps are reversed among themselves.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let count = outputShape.paddedCount(batch: batch)
    return ReversePass(
      output: plan.activationValues(count), gradient: wantsInputGradient ? plan.gradientValues(count) : nil)
  }
}

private struct ReversePass: Pass {
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The last step first.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    reversed(input, into: input.with(base: context.arena.values(output), columns: input.columns))
  }

  /// The gradient in the order of the inputs.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    self.gradient.map {
      reversed(gradient, into: gradient.with(base: context.arena.values($0), columns: gradient.columns))
    }
  }

  private func reversed(_ rows: TensorView, into result: TensorView) -> TensorView {
    for sample in 0..<rows.batch {
      let steps = rows.steps(ofSample: sample)
      for step in 0..<steps {
        let row = result.row(step: step, sample: sample)
        row.update(from: rows.row(step: steps - 1 - step, sample: sample), count: rows.columns)
        (row + rows.columns).clear(count: result.stride - rows.columns)
      }
    }
    return result
  }
}
