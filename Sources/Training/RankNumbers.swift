import Collectives

extension Communicator {
  /// All ranks' numbers behind one another, in the order of the ranks; every rank calls it.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  func gather(_ own: [Int]) throws -> [Int] {
    let counts = try gatherWords(own.count)
    let word = MemoryLayout<Int>.stride
    var all = [Int](repeating: 0, count: counts.reduce(0, +))
    var (offset, offsets) = (0, [Int]())
    for count in counts {
      offsets.append(offset)
      offset += count * word
    }
    try own.withUnsafeBytes { send in
      try all.withUnsafeMutableBytes {
        try allgather(send, into: $0, counts: counts.map { $0 * word }, offsets: offsets)
      }
    }
    return all
  }
}
