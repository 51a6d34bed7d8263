/// What rounding has left out of a compressed reduction so far: a vector for each part of the tree, and then one for the
/// total. They are divided among the ranks: who rounds an element keeps what is left of it.
public final class Residuals {
  private struct Piece {
    let vector: Int
    let elements: Range<Int>
    let values: UnsafeMutablePointer<Float>
    /// What they were before, if that is to be kept.
    var former: UnsafeMutablePointer<Float>?
  }

  /// The elements of each vector.
  public let elementCount: Int
  /// The number of vectors: the tree's parts, and one.
  public let vectorCount: Int
  private var own: [Piece] = []

  init(elementCount: Int, vectorCount: Int) {
    self.elementCount = elementCount
    self.vectorCount = vectorCount
  }

  deinit {
    for piece in own {
      piece.values.deallocate()
      piece.former?.deallocate()
    }
  }

  /// Makes room for `keep`.
  public func prepareKeeping() {
    for index in own.indices where own[index].former == nil {
      own[index].former = allocateFloats(own[index].elements.count)
    }
  }

  /// Keeps what rounding has left out by now; between reductions.
  public func keep() {
    for piece in own { piece.former?.update(from: piece.values, count: piece.elements.count) }
  }

  /// Takes back what reductions did since `keep`, whose sums are not used; between reductions.
  public func takeBack() {
    for piece in own {
      guard let former = piece.former else { continue }
      piece.values.update(from: former, count: piece.elements.count)
    }
  }

  /// Memory for what this rank keeps of a vector, zeroed; it stays as long as this object.
  func own(_ elements: Range<Int>, ofVector vector: Int) -> UnsafeMutablePointer<Float> {
    let values = allocateFloats(elements.count)
    own.append(Piece(vector: vector, elements: elements, values: values))
    return values
  }

  /// All vectors, on rank 0; nil on the others. Every rank calls it, between reductions.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public func gather(_ communicator: any Communicator) throws -> [[Float]]? {
    let layout = try gatherLayout(communicator)
    var vectors: [[Float]] = []
    for vector in 0..<vectorCount {
      let counts = layout.map { pieces in
        pieces.reduce(0) { $0 + ($1.vector == vector ? $1.elements.count : 0) } * floatSize
      }
      var mine: [Float] = []
      for piece in own where piece.vector == vector {
        mine += UnsafeBufferPointer(start: piece.values, count: piece.elements.count)
      }
      let all = try gather(mine, counts, communicator)
      guard communicator.isRoot else { continue }
      var whole = [Float](repeating: 0, count: elementCount)
      var next = 0
      for piece in layout.joined() where piece.vector == vector {
        whole.replaceSubrange(piece.elements, with: all[next..<next + piece.elements.count])
        next += piece.elements.count
      }
      vectors.append(whole)
    }
    return communicator.isRoot ? vectors : nil
  }

  /// All ranks' values in a row, on rank 0.
  private func gather(_ own: [Float], _ counts: [Int], _ communicator: any Communicator) throws -> [Float] {
    let (rank, size) = (communicator.rank, communicator.size)
    let none = [Int](repeating: 0, count: size)
    let sendCounts = [counts[rank]] + none.dropFirst()
    let receiveCounts = communicator.isRoot ? counts : none
    let offsets = receiveCounts.indices.map { receiveCounts[..<$0].reduce(0, +) }
    var all = [Float](repeating: 0, count: receiveCounts.reduce(0, +) / floatSize)
    try own.withUnsafeBytes { send in
      try all.withUnsafeMutableBytes {
        try communicator.alltoall(
          send, sendCounts: sendCounts, sendOffsets: none, into: $0, receiveCounts: receiveCounts,
          receiveOffsets: offsets)
      }
    }
    return all
  }

  /// What each rank keeps.
  private func gatherLayout(_ communicator: any Communicator) throws -> [[(vector: Int, elements: Range<Int>)]] {
    let mine = own.flatMap { [$0.vector, $0.elements.lowerBound, $0.elements.upperBound] }
    let lengths = try communicator.gatherWords(mine.count)
    let width = MemoryLayout<Int>.size
    let starts = lengths.indices.map { lengths[..<$0].reduce(0, +) }
    var words = [Int](repeating: 0, count: lengths.reduce(0, +))
    try mine.withUnsafeBytes { send in
      try words.withUnsafeMutableBytes {
        try communicator.allgather(
          send, into: $0, counts: lengths.map { $0 * width }, offsets: starts.map { $0 * width })
      }
    }
    return zip(starts, lengths).map { start, length in
      stride(from: start, to: start + length, by: 3).map { (words[$0], words[$0 + 1]..<words[$0 + 2]) }
    }
  }

  /// Gives each rank what it keeps of all vectors, given on rank 0. Every rank calls it, between reductions.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public func scatter(_ vectors: [[Float]], _ communicator: any Communicator) throws {
    for vector in 0..<vectorCount {
      var whole = communicator.isRoot ? vectors[vector] : [Float](repeating: 0, count: elementCount)
      try whole.withUnsafeMutableBytes { try communicator.broadcast($0, root: 0) }
      for piece in own where piece.vector == vector {
        _ = UnsafeMutableBufferPointer(start: piece.values, count: piece.elements.count)
          .update(fromContentsOf: whole[piece.elements])
      }
    }
  }
}
