/// All throw a `Failure` if the ranks cannot exchange data.
extension Communicator {
  /// The value of every rank, rank by rank; every rank calls it.
  package func gather<T: BitwiseCopyable>(_ own: T) throws -> [T] {
    try gather([own], counts: Array(repeating: 1, count: size))
  }

  /// The values of every rank, however many each has, rank by rank; every rank calls it.
  package func gather<T: BitwiseCopyable>(_ own: [T]) throws -> [[T]] {
    let counts = try gather(own.count)
    return try gather(own, counts: counts).split(counts).map(Array.init)
  }

  /// The values of all ranks in a row, if every rank knows how many each has.
  package func gather<T: BitwiseCopyable>(_ own: [T], counts: [Int]) throws -> [T] {
    let lengths = counts.map { $0 * MemoryLayout<T>.stride }
    return try receive(counts.reduce(0, +)) { all in
      try own.withUnsafeBytes { try allgather($0, into: all, counts: lengths, offsets: starts(of: lengths)) }
    }
  }

  /// The same on rank 0 alone; the other ranks get nothing.
  func gatherOnRoot<T: BitwiseCopyable>(_ own: [T], counts: [Int]) throws -> [T] {
    let none = [Int](repeating: 0, count: size)
    let sent = [counts[rank] * MemoryLayout<T>.stride] + none.dropFirst()
    let lengths = isRoot ? counts.map { $0 * MemoryLayout<T>.stride } : none
    return try receive(isRoot ? counts.reduce(0, +) : 0) { all in
      try own.withUnsafeBytes {
        try alltoall(
          $0, sendCounts: sent, sendOffsets: none, into: all, receiveCounts: lengths,
          receiveOffsets: starts(of: lengths))
      }
    }
  }

  /// One rank's bytes, on every rank; every rank calls it.
  package func broadcast(_ own: [UInt8], from root: Int) throws -> [UInt8] {
    var count = own.count
    try withUnsafeMutableBytes(of: &count) { try broadcast($0, root: root) }
    var bytes = rank == root ? own : [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try broadcast($0, root: root) }
    return bytes
  }

  private func receive<T: BitwiseCopyable>(
    _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> [T] {
    try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      try body(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }

  private func starts(of lengths: [Int]) -> [Int] { lengths.indices.map { lengths[..<$0].reduce(0, +) } }
}

extension Array {
  /// Consecutive parts of these lengths.
  func split(_ lengths: [Int]) -> [ArraySlice<Element>] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return self[start..<start + length]
    }
  }
}
