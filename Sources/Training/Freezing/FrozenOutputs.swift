import Collectives
import Datasets
import Layers
import Tensors

/// What the frozen layers at the start of a model make of each sample: computed once, then kept. The bits are the same.
///
/// It needs samples that are the same in every epoch and as long as each other, and layers that are `RepeatableLayer`s.
final class FrozenOutputs {
  /// The number of the program's stages whose outputs are kept.
  let stages: Int
  private let program: Program
  private let shape: Shape
  private let precision: Precision
  private let table: SampleTable
  /// The outputs for the current batch.
  private let gathered: FloatBuffer
  /// The samples of the batch that are not in the table, and their places.
  private var missing: [(place: Int, sample: Int)] = []
  private var isPacked = false

  /// What is kept of the samples, whatever share of them the ranks compute.
  struct Kept {
    fileprivate let stages: Int
    fileprivate let table: SampleTable
  }

  /// What is kept.
  var kept: Kept { Kept(stages: stages, table: table) }

  /// Room for the samples of `data` in a program as it is frozen now; nil if nothing can be kept, or if it takes more than
  /// `limit` bytes on a machine, whose ranks share it. It begins with what is `kept` of the same samples. Every rank makes it.
  /// - Throws: `Failure` (system) if memory is short.
  init?(
    of program: Program, on data: any Dataset, capacity: Int, limit: Int, keeping kept: Kept? = nil,
    sharedBy communicator: any Communicator
  ) throws {
    stages = program.repeatableStages
    guard limit > 0, stages > 0, !data.hasLengths else { return nil }
    (shape, precision) = program.outputs(ofStage: stages - 1)
    let width = precision.floats(shape.count)
    guard SampleTable.byteCount(data.count, width: width) <= limit else { return nil }
    let known = kept?.stages == stages ? kept?.table : nil
    guard let table = try known ?? SampleTable(count: data.count, width: width, sharedBy: communicator) else {
      return nil
    }
    self.program = program
    self.table = table
    gathered = try FloatBuffer(count: precision.floats(shape.paddedCount(batch: capacity)))
    missing.reserveCapacity(capacity)
  }

  /// The program's outputs for a batch: of the frozen layers what is kept, or is kept now; the others run. Changes the inputs.
  /// - Throws: as `Program.forward`.
  func forward(_ batch: Batch, _ context: StepContext, arrival: ParameterArrival?) throws -> TensorView {
    let samples = batch.samples
    try compute(batch.view, samples, context)
    let values = TensorView(base: Values(gathered.base, precision), shape: shape, batch: samples.count)
    for (place, sample) in samples.enumerated() { copy(row(sample), to: values, place: place) }
    return try program.forward(values, through: stages..<program.stageCount, context, arrival: arrival)
  }

  /// Runs the layers on those samples that are not in the table.
  private func compute(_ input: TensorView, _ samples: UnsafeBufferPointer<Int>, _ context: StepContext) throws {
    missing.removeAll(keepingCapacity: true)
    for (place, sample) in samples.enumerated() where !table.has(sample) { missing.append((place, sample)) }
    guard !missing.isEmpty else { return }
    if !isPacked {
      try context.weights.awaitValues()
      program.pack(first: stages, context)
      isPacked = true
    }
    let outputs = try program.forward(compacted(input), through: 0..<stages, context, arrival: nil)
    for (place, item) in missing.enumerated() {
      copy(outputs, place: place, to: row(item.sample))
      table.note(item.sample)
    }
  }

  /// The missing samples, moved to the front.
  private func compacted(_ input: TensorView) -> TensorView {
    guard missing.count < input.batch else { return input }
    let floats = input.positions * input.stride
    for step in 0..<input.steps {
      for (place, item) in missing.enumerated() {
        let target = input.base.floats + (step * missing.count + place) * floats
        target.update(from: input.row(step: step, sample: item.place).floats, count: floats)
      }
    }
    return TensorView(
      base: input.base, steps: input.steps, batch: missing.count, positions: input.positions, columns: input.columns,
      stride: input.stride)
  }

  /// A sample's row of the table.
  private func row(_ sample: Int) -> Values { Values(table.row(sample), precision) }

  private func copy(_ view: TensorView, place: Int, to row: Values) {
    forEachRow(of: view, place: place) { index, values in
      (row + index * view.columns).update(from: values, count: view.columns)
    }
  }

  private func copy(_ row: Values, to view: TensorView, place: Int) {
    forEachRow(of: view, place: place) { index, values in
      values.update(from: row + index * view.columns, count: view.columns)
    }
  }

  private func forEachRow(
    of view: TensorView, place: Int, _ body: (_ index: Int, _ values: Values) -> Void
  ) {
    for step in 0..<view.steps {
      for position in 0..<view.positions {
        body(step * view.positions + position, view.row(step: step, sample: place, position: position))
      }
    }
  }
}
