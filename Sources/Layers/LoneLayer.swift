import Collectives
import Tensors

/// One layer as a model on one rank, with all that a training step on one batch needs. For tests of layers.
package final class LoneLayer {
  /// The model. Its values are not initialized.
  package let model: Model
  /// The program of the layer.
  package let program: Program
  /// The gradients that the backward pass writes, laid out as the model's values.
  package let gradients: FloatBuffer
  /// The sums for the layer's buffers, laid out as the model's buffers.
  package let bufferSums: FloatBuffer
  /// The context of a training step; valid as long as this object lives.
  package let context: StepContext

  /// Plans a layer that is in no model yet, for inputs of a shape and a batch of `samples` in `shards` shards;
  /// `keepsOutputs` and `precision` as in `ArenaPlan`. Its
  /// inputs and outputs have that precision.
  /// - Throws: `Failure` (system) if there is not enough memory, (configuration) if there are no shards.
  package init(
    _ layer: any Layer, input: Shape, samples: Int, shards: Int, seed: UInt64, keepsOutputs: Bool = false,
    precision: Precision = .float32
  ) throws {
    model = try Model(inputShape: input, layers: [layer])
    let tree = try ReductionTree(shards: shards)
    let shardProgram = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: shards)
    _ = shardProgram.divide(batch: 0..<samples)
    var plan = ArenaPlan(shards: shards, keepsOutputs: keepsOutputs, precision: precision)
    program = Program([layer], input: input, &plan, batch: samples, wantsInputGradient: true)
    gradients = try FloatBuffer(count: model.valueCount)
    bufferSums = try FloatBuffer(count: 2 * model.weights.bufferValues.count)
    context = StepContext(
      arena: try Arena(plan), weights: model.weights, gradients: gradients.base, nodeStride: model.valueCount,
      shards: shardProgram, tree: tree, communicator: SoloCommunicator(), seed: seed)
    context.isTraining = true
    context.bufferSums = bufferSums.base
  }
}
