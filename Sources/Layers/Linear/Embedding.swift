import CKernels
import Diagnostics
import Tensors

/// A table of vectors, looked up by index: y = weight[x].
///
/// Input [1] or [steps, 1], each value a whole number from 0 to count − 1; output [dimension] or [steps, dimension].
/// `weight` [count, dimension] starts as standard normal numbers. The row at `paddingIndex` starts at zero and gets no
/// gradient. PyTorch's `nn.Embedding`. Indices have no gradient, so no layer with parameters may precede this one.
public final class Embedding: Layer {
  /// The recipe's name.
  public let kind = "embedding"
  /// [dimension] or [steps, dimension].
  public let outputShape: Shape
  fileprivate let count: Int
  /// The row that stays zero, if any.
  package let paddingIndex: Int?
  fileprivate let weight: Parameter

  /// A table of `count` vectors.
  public init(input: Shape, count: Int, dimension: Int, paddingIndex: Int? = nil) {
    precondition(input.features == 1 && !input.isImage, "embedding needs one index a step")
    outputShape = input.with(features: dimension)
    self.count = count
    self.paddingIndex = paddingIndex
    weight = Parameter(
      "weight", shape: [count, dimension], initialization: .normal(mean: 0, deviation: 1), zeroRow: paddingIndex)
  }

  /// `weight`.
  public var parameters: [Parameter] { [weight] }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs and the order of the lookups.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let rows = batch * outputShape.steps
    return EmbeddingPass(
      layer: self, output: plan.activationValues(outputShape.paddedCount(batch: batch)), indices: plan.activation(rows),
      order: plan.backwardScratch(rows), starts: plan.backwardScratch(count + 2))
  }
}

private struct EmbeddingPass: Pass {
  let layer: Embedding
  let output: ArenaPlan.Slot
  /// 32-bit integers: each row's index; for the gradients, the rows sorted by index, and where each index's rows start.
  let indices, order, starts: ArenaPlan.Slot

  /// Copies the table's rows.
  /// - Throws: `Failure` (data) for a value that is not an index of the table.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: layer.outputShape.features)
    let indices = context.arena.integers(indices)
    let table = context.values(layer.weight)
    for row in 0..<input.rows {
      let value = input[row, 0]
      guard let index = Int(exactly: value), (0..<layer.count).contains(index) else {
        throw failure(value, row: row, input, context)
      }
      indices[row] = Int32(index)
      copy(table + index * result.columns, to: result.base + row * result.stride, of: result)
    }
    return result
  }

  /// Copies an entry of the table to a row of the outputs.
  private func copy(_ entry: UnsafeMutablePointer<Float>, to row: Values, of result: TensorView) {
    let (columns, stride) = (result.columns, result.stride)
    switch row.precision {
    case .float32:
      row.floats.update(from: entry, count: columns)
      (row.floats + columns).update(repeating: 0, count: stride - columns)
    case .bfloat16: dpt_values_of_floats(row.precision.kernel, entry, columns, row.address, stride, 1, columns)
    }
  }

  /// ∂ℓ/∂weight[i] = Σ ∂ℓ/∂y over the rows whose index is i. The input has no gradient.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    var program = context.shards.kernelProgram(over: gradient)
    let (arena, gradient) = (context.arena, gradient.asRows)
    let lookups = Lookups(
      indices: arena.integers(indices), starts: arena.integers(starts), order: arena.integers(order),
      entries: layer.count)
    lookups.arrange(gradient, program)
    var lookup = dpt_lookup(
      entries: layer.count, columns: gradient.columns, batch: gradient.batch, starts: UnsafePointer(lookups.starts),
      order: UnsafePointer(lookups.order), skipped: layer.paddingIndex ?? -1,
      precision: gradient.base.precision.kernel, gradient: gradient.base.address, stride: gradient.stride,
      out: context.gradient(layer.weight), outNode: context.nodeStride)
    dpt_embedding_gradient(&lookup, &program)
    return nil
  }

  private func failure(_ value: Float, row: Int, _ input: TensorView, _ context: StepContext) -> Failure {
    let places = (0..<input.batch).lazy.flatMap { sample in
      (0..<input.steps(ofSample: sample)).lazy.map { (step: $0, sample: sample) }
    }
    guard let found = places.first(where: { input.index(step: $0.step, sample: $0.sample) == row }) else {
      preconditionFailure("no sample has row \(row)")
    }
    let sample = context.firstSample + found.sample
    let place = input.steps > 1 ? "step \(found.step) of sample \(sample)" : "sample \(sample)"
    let text = Int(exactly: value).map { String($0) } ?? String(value)
    return Failure(
      .data, "embedding: \(text), at \(place) of the batch, is not an index of a table of \(layer.count)",
      advice: "indices are whole numbers from 0 to \(layer.count - 1)")
  }
}

/// The rows of a batch, sorted by the entry that they looked up.
private struct Lookups {
  let indices, starts, order: UnsafeMutablePointer<Int32>
  let entries: Int

  /// Sorts the rows by entry, then shard, step and sample, by a stable counting sort.
  func arrange(_ rows: TensorView, _ program: dpt_shard_program) {
    starts.update(repeating: 0, count: entries + 2)
    for row in 0..<rows.rows { starts[Int(indices[row]) + 2] += 1 }
    for entry in 2..<entries + 2 { starts[entry] += starts[entry - 1] }
    // starts[entry + 1] advances from the entry's first place to its end, which is where the next entry starts.
    for shard in 0..<program.shards {
      for step in 0..<rows.steps {
        for sample in Int(program.rowStart[shard])..<Int(program.rowStart[shard + 1]) {
          let row = step * rows.batch + sample
          let entry = Int(indices[row])
          order[Int(starts[entry + 1])] = Int32(row)
          starts[entry + 1] += 1
        }
      }
    }
  }
}
