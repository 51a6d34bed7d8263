import Tensors

/// The samples over which a batch normalization takes one mean and one variance: the global batch, or each shard.
struct NormalizationGroups {
  /// Whether each shard is a group of its own; else the batch is the one group.
  let areShards: Bool
  /// Of one sample.
  let shape: Shape
  /// The batch's division.
  let shards: ShardProgram
  /// The steps of each of this rank's samples that are there, or nil if all are.
  let lengths: UnsafePointer<Int32>?

  /// Groups of which this rank has samples.
  var count: Int { areShards ? shards.reduction.shards.count : 1 }

  /// Values of a channel in the whole group, other ranks' included; of the whole batch only if all steps are there.
  func valueCount(of group: Int) -> Int {
    if areShards { return valueCount(ofShard: group) }
    return shards.batch * shape.steps * shape.positions
  }

  /// Values of a channel in one of this rank's shards.
  func valueCount(ofShard shard: Int) -> Int {
    let samples = shards.samples(ofShard: shard)
    guard let lengths else { return samples.count * shape.steps * shape.positions }
    return samples.reduce(0) { $0 + Int(lengths[$1]) } * shape.positions
  }

  /// Calls `body` with each range of this rank's rows in a group.
  func forEachRange(of group: Int, in view: TensorView, _ body: (Range<Int>) -> Void) {
    guard areShards else { return body(0..<view.rows) }
    let samples = shards.samples(ofShard: group)
    for step in 0..<view.steps where !samples.isEmpty {
      let first = (step * view.batch + samples.lowerBound) * view.positions
      body(first..<first + samples.count * view.positions)
    }
  }
}
