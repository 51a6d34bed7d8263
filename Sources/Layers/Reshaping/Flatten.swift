import Tensors

/// All values of a sample as one vector: step by step, or pixel by pixel.
///
/// PyTorch flattens images channel by channel. That order is used where it is visible: in weights files, the parameters of
/// the next layers are permuted (`Parameter`); a model's outputs and the terms of a residual connection are reordered
/// (`ChannelOrder`). Values are copied only if rows are padded.
public final class Flatten: Layer {
  /// The recipe's name.
  public let kind = "flatten"
  /// The product of the input's extents.
  public let outputShape: Shape
  private let inputShape: Shape

  /// A layer for inputs of a shape.
  public init(input: Shape) {
    inputShape = input
    outputShape = input.flattened
  }

  /// Refuses different lengths: a vector has features for every step, valid or not.
  public var lengthRule: LengthRule {
    .refused(advice: "write global-average-pool in its place, or a recurrent layer with output: last")
  }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves memory for copies, if they may be needed.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    FlattenPass(
      inputShape: inputShape, outputShape: outputShape,
      output: plan.activationValues(outputShape.paddedCount(batch: batch)),
      gradient: wantsInputGradient ? plan.gradientValues(inputShape.paddedCount(batch: batch)) : nil)
  }
}

private struct FlattenPass: Pass {
  let inputShape, outputShape: Shape
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// Whether each sample is already a vector: one row, or contiguous rows without padding.
  private func isContiguous(_ rows: TensorView) -> Bool {
    rows.steps == 1 && (rows.positions == 1 || rows.stride == rows.columns)
  }

  /// The same values as vectors.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    if isContiguous(input) {
      return TensorView(
        base: input.base, batch: input.batch, columns: outputShape.features, stride: input.positions * input.stride)
    }
    let result = TensorView(base: context.arena.values(output), shape: outputShape, batch: input.batch)
    move(input, result) { row, place, columns in place.update(from: row, count: columns) }
    return result
  }

  /// The gradient as rows again.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let inPlace = TensorView(base: gradient.base, shape: inputShape, batch: gradient.batch)
    if isContiguous(inPlace), inPlace.positions * inPlace.stride == gradient.stride { return inPlace }
    let result = TensorView(base: context.arena.values(slot), shape: inputShape, batch: gradient.batch)
    move(result, gradient) { row, place, columns in
      row.update(from: place, count: columns)
      (row + columns).clear(count: result.stride - columns)
    }
    return result
  }

  /// Calls `body` with each row and its place in its sample's vector.
  private func move(
    _ rows: TensorView, _ vectors: TensorView,
    _ body: (Values, Values, Int) -> Void
  ) {
    for step in 0..<rows.steps {
      for sample in 0..<rows.batch {
        for position in 0..<rows.positions {
          body(
            rows.row(step: step, sample: sample, position: position),
            vectors.row(sample: sample) + (step * rows.positions + position) * rows.columns, rows.columns)
        }
      }
    }
  }
}
