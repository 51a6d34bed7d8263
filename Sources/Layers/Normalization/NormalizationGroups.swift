import Tensors

/// The groups of samples that share a mean and a variance in batch normalization: the global batch, or each shard.
struct NormalizationGroups {
  /// Whether each shard is a group; otherwise the batch is the only group.
  let areShards: Bool
  /// The shape of one sample.
  let shape: Shape
  /// The division of the batch.
  let shards: ShardProgram
  /// Where the rows of each of this rank's samples start, if the batch is ragged.
  let starts: UnsafePointer<Int32>?

  /// The number of groups with samples on this rank.
  var count: Int { areShards ? shards.reduction.shards.count : 1 }

  /// The number of values per channel in a group, on all ranks. The whole batch must not be ragged.
  func valueCount(of group: Int) -> Int {
    if areShards { return valueCount(ofShard: group) }
    return shards.batch * shape.steps * shape.positions
  }

  /// The number of values per channel in one of this rank's shards.
  func valueCount(ofShard shard: Int) -> Int {
    let samples = shards.samples(ofShard: shard)
    guard let starts else { return samples.count * shape.steps * shape.positions }
    return Int(starts[samples.upperBound] - starts[samples.lowerBound])
  }

  /// Calls `body` with each range of this rank's rows in a group.
  func forEachRange(of group: Int, in view: TensorView, _ body: (Range<Int>) -> Void) {
    guard areShards else { return body(0..<view.rows) }
    let samples = shards.samples(ofShard: group)
    if let starts { return body(Int(starts[samples.lowerBound])..<Int(starts[samples.upperBound])) }
    for step in 0..<view.steps where !samples.isEmpty {
      let first = (step * view.batch + samples.lowerBound) * view.positions
      body(first..<first + samples.count * view.positions)
    }
  }
}
