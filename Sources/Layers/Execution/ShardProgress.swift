import CKernels

/// How far this rank's samples have been gone through, from the first to the last: shard by shard, in whole blocks of
/// DPT_ROW_BLOCK rows, so that sums over blocks have the bits of going through a shard at once.
struct ShardProgress {
  /// The fewest samples that make whole blocks.
  private let samplesOfBlocks: Int
  private var shard = 0
  private var next = 0

  /// Nothing has been gone through; a sample has that many rows.
  init(rowsOfSample: Int) {
    var (divisor, rest) = (Int(DPT_ROW_BLOCK), rowsOfSample)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    samplesOfBlocks = Int(DPT_ROW_BLOCK) / divisor
  }

  /// Calls `body` for the samples of each shard up to `end` that have not been gone through. The last few of a shard that is
  /// not whole are left for the next call if they make no whole block.
  mutating func advance(to end: Int, in shards: ShardProgram, _ body: (_ shard: Int, _ samples: Range<Int>) -> Void) {
    while shard < shards.reduction.shards.count {
      let last = shards.samples(ofShard: shard).upperBound
      guard end < last else {
        body(shard, next..<last)
        next = last
        shard += 1
        continue
      }
      let ready = next + (end - next) / samplesOfBlocks * samplesOfBlocks
      body(shard, next..<ready)
      next = ready
      return
    }
  }
}
