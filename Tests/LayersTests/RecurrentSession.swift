import Collectives
import Layers
import Tensors
import TestSupport

/// A recurrent layer that sees one batch after the other on one rank; arrays are batch-first.
final class RecurrentSession {
  let context: StepContext
  private let layer: RecurrentLayer
  private let shards: ShardProgram
  private let model: Model
  private let gradients: FloatBuffer

  /// Memory for `batch` samples of a shape; `lengths` hold for every batch.
  init(
    _ layer: RecurrentLayer, shape: Shape, batch: Int, parameters: [Float], lengths: UnsafePointer<Int32>? = nil,
    seed: UInt64 = 1
  ) throws {
    self.layer = layer
    model = try Model(inputShape: shape, layers: [layer])
    var rest = parameters[...]
    for parameter in layer.parameters {
      _ = model.values(of: parameter).update(fromContentsOf: rest.prefix(parameter.count))
      rest = rest.dropFirst(parameter.count)
    }
    let tree = try ReductionTree(shards: 1)
    shards = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: 1)
    gradients = try FloatBuffer(count: model.values.count)
    var plan = ArenaPlan()
    plan.advance()
    layer.plan(&plan, batch: batch, wantsInputGradient: true)
    context = StepContext(
      arena: try Arena(plan), model: model, gradients: gradients.base, nodeStride: model.values.count, shards: shards,
      tree: tree, communicator: SoloCommunicator(), lengths: lengths, seed: seed)
    context.isTraining = true
    layer.pack(context)
  }

  /// The outputs for the next batch, which is the continuation of the one before or not.
  func forward(_ x: [Float], continues: Bool = false) throws -> [Float] {
    let samples = x.count / model.inputShape.count
    _ = shards.divide(batch: 0..<samples)
    context.isContinuation = continues
    let rows = try PackedRows(x, shape: model.inputShape, samples: samples)
    return PackedRows.unpack(try layer.forward(rows.view, context))
  }

  /// The outputs, and the gradients of all parameters one after the other.
  func run(_ x: [Float], upstream: [Float], continues: Bool = false) throws -> (outputs: [Float], gradients: [Float]) {
    let samples = x.count / model.inputShape.count
    _ = shards.divide(batch: 0..<samples)
    context.isContinuation = continues
    let rows = try PackedRows(x, shape: model.inputShape, samples: samples)
    let outputs = PackedRows.unpack(try layer.forward(rows.view, context))
    let g = try PackedRows(upstream, shape: layer.outputShape, samples: samples)
    _ = try layer.backward(g.view, context)
    return (outputs, layer.parameters.flatMap { Array(gradients.floats[$0.offset..<$0.offset + $0.count]) })
  }
}
