import Collectives
import Layers
import Tensors
import TestSupport

/// Runs a recurrent layer on one batch after the other on one rank; arrays are batch-first.
final class RecurrentSession {
  let context: StepContext
  let program: Program
  private let layer: RecurrentLayer
  private let shards: ShardProgram
  private let model: Model
  private let gradients: FloatBuffer
  private let lengths: [Int32]?
  /// The present inputs, which the backward pass reads too.
  private var inputs: PackedRows?

  /// Memory for `batch` samples of a shape; `lengths` hold for every batch. `keepsOutputs` as in `ArenaPlan`.
  init(
    _ layer: RecurrentLayer, shape: Shape, batch: Int, parameters: [Float], lengths: [Int32]? = nil,
    seed: UInt64 = 1, keepsOutputs: Bool = false
  ) throws {
    self.layer = layer
    self.lengths = lengths
    model = try Model(inputShape: shape, layers: [layer])
    var rest = parameters[...]
    for parameter in layer.parameters {
      _ = try model.weights.values(of: parameter).update(fromContentsOf: rest.prefix(parameter.count))
      rest = rest.dropFirst(parameter.count)
    }
    let tree = try ReductionTree(shards: 1)
    shards = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: 1)
    gradients = try FloatBuffer(count: model.valueCount)
    var plan = ArenaPlan(keepsOutputs: keepsOutputs)
    program = Program([layer], input: shape, &plan, batch: batch, wantsInputGradient: true)
    context = StepContext(
      arena: try Arena(plan), weights: model.weights, gradients: gradients.base, nodeStride: model.valueCount,
      shards: shards,
      tree: tree, communicator: SoloCommunicator(), seed: seed)
    context.isTraining = true
    program.pack(context)
  }

  /// The outputs for the next batch, which may continue the one before.
  func forward(_ x: [Float], continues: Bool = false) throws -> [Float] {
    let samples = x.count / model.inputShape.count
    _ = shards.divide(batch: 0..<samples)
    context.isContinuation = continues
    let rows = try PackedRows(x, shape: model.inputShape, samples: samples, lengths: lengths)
    inputs = rows
    return PackedRows.unpack(try program.forward(rows.view, context), shape: layer.outputShape)
  }

  /// The results of a forward and a backward pass.
  struct Run {
    let outputs, inputGradient: [Float]
    /// The gradients of all parameters one after the other.
    let gradients: [Float]
  }

  /// Outputs and gradients of the next batch; `upstream` is the gradient of the outputs.
  func run(_ x: [Float], upstream: [Float], continues: Bool = false) throws -> Run {
    let outputs = try forward(x, continues: continues)
    let g = try PackedRows(
      upstream, shape: layer.outputShape, samples: x.count / model.inputShape.count,
      lengths: layer.outputShape.isSequence ? lengths : nil)
    let inputGradient =
      try program.backward(g.view, context).map { PackedRows.unpack($0, shape: model.inputShape) } ?? []
    return Run(
      outputs: outputs, inputGradient: inputGradient,
      gradients: layer.parameters.flatMap { Array(gradients.floats[$0.offset..<$0.offset + $0.count]) })
  }
}
