import Tensors

/// Where a pass writes its outputs: rows of its own, or some columns of wider rows, where they are joined with others and need
/// not be copied. Columns start at a whole group of lanes, and the pass writes whole groups.
struct OutputRows {
  private let slot: ArenaPlan.Slot
  /// The distance between rows, in values.
  let stride: Int
  private var column = 0

  /// Rows in memory that has been reserved for them.
  init(_ slot: ArenaPlan.Slot, stride: Int) {
    self.slot = slot
    self.stride = stride
  }

  /// Reserves rows for the outputs of the layer that is being planned.
  init(_ plan: inout ArenaPlan, shape: Shape, batch: Int) {
    self.init(plan.activationValues(shape.paddedCount(batch: batch)), stride: paddedToLanes(shape.features))
  }

  /// The precision of the outputs.
  var precision: Precision { slot.precision }

  /// The columns from one on.
  func columns(from first: Int) -> OutputRows {
    var result = self
    result.column += first
    return result
  }

  /// The first row.
  func base(_ context: StepContext) -> Values { context.arena.values(slot) + column }

  /// As many rows as a view has.
  func view(like other: TensorView, columns: Int, _ context: StepContext) -> TensorView {
    other.with(base: base(context), columns: columns, stride: stride)
  }

  /// The rows of `batch` samples of a shape.
  func view(_ shape: Shape, batch: Int, _ context: StepContext) -> TensorView {
    TensorView(
      base: base(context), steps: shape.steps, batch: batch, positions: shape.positions, columns: shape.features,
      stride: stride)
  }
}

/// A layer whose pass can write its outputs to columns of wider rows, and be given their gradient as columns of wider rows.
protocol PlacedLayer: Layer {
  /// Whether the pass can do that in a plan that keeps outputs or does not.
  func writesColumns(keepsOutputs: Bool) -> Bool
  /// As the other; the outputs go to the columns of `output`, unless it is nil.
  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass
}

extension PlacedLayer {
  /// It can.
  func writesColumns(keepsOutputs: Bool) -> Bool { true }
}
