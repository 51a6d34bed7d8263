import Collectives
import Tensors

/// A layer in a model of its own on one rank, with all that a training step on one batch needs; for checks of layers.
package final class LoneLayer {
  /// The model, its values not initialized.
  package let model: Model
  /// The layer at work.
  package let program: Program
  /// Where the backward pass writes gradients, flat as the model's values.
  package let gradients: FloatBuffer
  /// Where the layer sums for its buffers, flat as the model's.
  package let bufferSums: FloatBuffer
  /// What the layer works on, for training; valid as long as this object lives.
  package let context: StepContext

  /// Plans a layer that belongs to no model yet, for inputs of a shape and a batch of `samples` in `shards` shards;
  /// `keepsOutputs` as in `ArenaPlan`.
  /// - Throws: `Failure` (system) where memory is short, (configuration) where there are no shards.
  package init(
    _ layer: any Layer, input: Shape, samples: Int, shards: Int, seed: UInt64, keepsOutputs: Bool = false
  ) throws {
    model = try Model(inputShape: input, layers: [layer])
    let tree = try ReductionTree(shards: shards)
    let shardProgram = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: shards)
    _ = shardProgram.divide(batch: 0..<samples)
    var plan = ArenaPlan(shards: shards, keepsOutputs: keepsOutputs)
    program = Program([layer], &plan, batch: samples, wantsInputGradient: true)
    gradients = try FloatBuffer(count: model.valueCount)
    bufferSums = try FloatBuffer(count: 2 * model.weights.bufferValues.count)
    context = StepContext(
      arena: try Arena(plan), weights: model.weights, gradients: gradients.base, nodeStride: model.valueCount,
      shards: shardProgram, tree: tree, communicator: SoloCommunicator(), seed: seed)
    context.isTraining = true
    context.bufferSums = bufferSums.base
  }
}
