import CKernels
import Collectives
import Tensors

/// This rank's shards of the current batch, in the form the kernels take: sample ranges and the tree's stack program.
public final class ShardProgram {
  /// The part of the reduction tree that lies within this rank.
  public let reduction: LocalReduction
  /// Number of shards of the whole batch.
  public let shardCount: Int
  /// Number of samples of the global batch divided last.
  public private(set) var batch = 0
  private let rowStart: UnsafeMutablePointer<Int32>
  /// The same in rows of a ragged view.
  private let raggedStart: UnsafeMutablePointer<Int32>
  private let joins: UnsafeMutablePointer<Int32>
  private let emits: UnsafeMutablePointer<Int32>
  /// The program of a single shard: nothing joins, and it is node 0.
  private let zero: UnsafeMutablePointer<Int32>
  private let stack: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>

  /// The program for one rank's part of a tree over `shardCount` shards.
  public init(_ reduction: LocalReduction, shardCount: Int) {
    self.reduction = reduction
    self.shardCount = shardCount
    let count = reduction.shards.count
    rowStart = .allocate(capacity: count + 1)
    rowStart.initialize(repeating: 0, count: count + 1)
    raggedStart = .allocate(capacity: count + 1)
    raggedStart.initialize(repeating: 0, count: count + 1)
    joins = .allocate(capacity: count)
    joins.initialize(from: reduction.fold.joins, count: count)
    emits = .allocate(capacity: count)
    emits.initialize(from: reduction.fold.emits, count: count)
    zero = .allocate(capacity: 1)
    zero.initialize(to: 0)
    stack = .allocate(capacity: count)
    stack.initialize(repeating: nil, count: count)
  }

  deinit {
    rowStart.deallocate()
    raggedStart.deallocate()
    joins.deallocate()
    emits.deallocate()
    zero.deallocate()
    stack.deallocate()
  }

  /// Divides a global batch that lies at `positions` of an epoch, and returns the positions of this rank's samples.
  ///
  /// Shard i of S holds the samples ⌊i·n/S⌋ ..< ⌊(i+1)·n/S⌋ of a batch of n.
  public func divide(batch positions: Range<Int>) -> Range<Int> {
    let own = part(of: positions)
    batch = positions.count
    for i in 0...reduction.shards.count {
      let start = boundary(reduction.shards.lowerBound + i, of: positions)
      rowStart[i] = Int32(positions.lowerBound + start - own.lowerBound)
    }
    return own
  }

  /// The positions of this rank's samples of a global batch.
  public func part(of positions: Range<Int>) -> Range<Int> {
    positions.lowerBound + boundary(reduction.shards.lowerBound, of: positions)..<positions.lowerBound
      + boundary(reduction.shards.upperBound, of: positions)
  }

  private func boundary(_ shard: Int, of positions: Range<Int>) -> Int { shard * positions.count / shardCount }

  /// The largest number of samples that this rank has of any batch of up to `count` samples.
  public func capacity(batch count: Int) -> Int {
    reduction.shards.count * ((count + shardCount - 1) / shardCount)
  }

  /// The program by samples, as the kernels take it; valid as long as this object lives.
  var kernelProgram: dpt_shard_program {
    dpt_shard_program(shards: reduction.shards.count, rowStart: rowStart, joins: joins, emits: emits)
  }

  /// The program for kernels that sum over `view.asRows`: by samples, or by rows if the view is ragged. Valid until the next
  /// program for another view.
  func kernelProgram(over view: TensorView) -> dpt_shard_program {
    dpt_shard_program(shards: reduction.shards.count, rowStart: rowStarts(of: view), joins: joins, emits: emits)
  }

  /// The program of one of this rank's shards alone, which becomes node 0.
  func kernelProgram(ofShard shard: Int, over view: TensorView) -> dpt_shard_program {
    dpt_shard_program(shards: 1, rowStart: rowStarts(of: view) + shard, joins: zero, emits: zero)
  }

  private func rowStarts(of view: TensorView) -> UnsafeMutablePointer<Int32> {
    guard let starts = view.starts else { return rowStart }
    for i in 0...reduction.shards.count { raggedStart[i] = starts[Int(rowStart[i])] }
    return raggedStart
  }

  /// The samples of all of this rank's shards.
  var samples: Range<Int> { 0..<Int(rowStart[reduction.shards.count]) }

  /// The samples of one of this rank's shards, among the rank's.
  func samples(ofShard shard: Int) -> Range<Int> { Int(rowStart[shard])..<Int(rowStart[shard + 1]) }

  /// The number of shards of the whole batch that have samples.
  var filledShards: Int { min(batch, shardCount) }

  /// Adds vectors of `count` floats in the tree, one for each of this rank's shards and `stride` floats behind the one
  /// before, and hands each node's sum to `emit`. The vectors are overwritten.
  func join(
    _ vectors: UnsafeMutablePointer<Float>, stride: Int, count: Int,
    emit: (_ node: Int, _ sum: UnsafeMutablePointer<Float>) -> Void
  ) {
    reduction.fold.run { shard, place in
      stack[place] = vectors + shard * stride
    } add: { _, place in
      if let left = stack[place], let right = stack[place + 1] { dpt_add(left, right, left, count) }
    } emit: { node in
      if let sum = stack[0] { emit(node, sum) }
    }
  }
}

extension dpt_shard_program {
  /// Nothing has been gone through.
  var beginning: dpt_shard_progress { dpt_shard_progress(shard: 0, next: Int(rowStart[0])) }
  /// The sample after the last.
  var end: Int { Int(rowStart[shards]) }
}
