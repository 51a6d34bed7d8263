import Tensors

/// The groups of samples that share a mean and a variance in batch normalization: the global batch, or each shard.
struct NormalizationGroups {
  /// Whether each shard is a group; otherwise the batch is the only group.
  let areShards: Bool
  /// The shape of one sample.
  let shape: Shape
  /// The division of the batch.
  let shards: ShardProgram
  /// The number of valid steps of each of this rank's samples; nil if all are valid.
  let lengths: UnsafePointer<Int32>?

  /// The number of groups with samples on this rank.
  var count: Int { areShards ? shards.reduction.shards.count : 1 }

  /// The number of values per channel in a group, on all ranks. For the whole batch all steps must be valid.
  func valueCount(of group: Int) -> Int {
    if areShards { return valueCount(ofShard: group) }
    return shards.batch * shape.steps * shape.positions
  }

  /// The number of values per channel in one of this rank's shards.
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
