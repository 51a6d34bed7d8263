import Tensors

/// The samples over which a batch normalization takes one mean and one variance: the global batch, or each shard.
struct NormalizationGroups {
  /// Whether each shard is a group of its own; else the batch is the one group.
  let areShards: Bool
  /// Of one sample.
  let shape: Shape
  /// The batch's division.
  let shards: ShardProgram

  /// Groups of which this rank has samples.
  var count: Int { areShards ? shards.reduction.shards.count : 1 }

  /// Values of a channel in the whole group, other ranks' included.
  func valueCount(of group: Int) -> Float {
    let samples = areShards ? shards.samples(ofShard: group).count : shards.batch
    return Float(samples * shape.steps * shape.positions)
  }

  /// Calls `body` with each stretch of this rank's rows in a group.
  func forEachStretch(of group: Int, in view: TensorView, _ body: (Range<Int>) -> Void) {
    guard areShards else { return body(0..<view.rows) }
    let samples = shards.samples(ofShard: group)
    for step in 0..<view.steps where !samples.isEmpty {
      let first = (step * view.batch + samples.lowerBound) * view.positions
      body(first..<first + samples.count * view.positions)
    }
  }
}
