/// The residuals of compressed sums: a vector for each part of the tree, and one for the total. The rank that rounds an
/// element keeps its residual.
public final class Residuals {
  private struct Piece {
    let vector: Int
    let elements: Range<Int>
    let values: UnsafeMutablePointer<Float>
    /// The values at the last `keep`, after `prepareKeeping`.
    var former: UnsafeMutablePointer<Float>?
  }

  /// The number of elements in each vector.
  public let elementCount: Int
  /// The number of vectors: one for each part, and one for the total.
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

  /// Allocates the memory for `keep`.
  public func prepareKeeping() {
    for index in own.indices where own[index].former == nil {
      own[index].former = allocateFloats(own[index].elements.count)
    }
  }

  /// Copies the current residuals. Call it between sums.
  public func keep() {
    for piece in own { piece.former?.update(from: piece.values, count: piece.elements.count) }
  }

  /// Restores the residuals of the last `keep`, if the sums since then are not used. Call it between sums.
  public func takeBack() {
    for piece in own {
      guard let former = piece.former else { continue }
      piece.values.update(from: former, count: piece.elements.count)
    }
  }

  /// Memory for this rank's residuals of a vector, initially zero. It lives as long as this object.
  func own(_ elements: Range<Int>, ofVector vector: Int) -> UnsafeMutablePointer<Float> {
    let values = allocateFloats(elements.count)
    own.append(Piece(vector: vector, elements: elements, values: values))
    return values
  }

  /// Gathers all vectors on rank 0; nil on the others. Every rank calls it, between sums.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func gather(_ communicator: any Communicator) throws -> [[Float]]? {
    let bounds = try communicator.gather(own.flatMap { [$0.vector, $0.elements.lowerBound, $0.elements.upperBound] })
    let layout = bounds.map { bounds in
      stride(from: 0, to: bounds.count, by: 3).map { (vector: bounds[$0], elements: bounds[$0 + 1]..<bounds[$0 + 2]) }
    }
    var vectors: [[Float]] = []
    for vector in 0..<vectorCount {
      let ranges = layout.map { pieces in pieces.filter { $0.vector == vector }.map { $0.elements } }
      let mine = own.filter { $0.vector == vector }.flatMap {
        UnsafeBufferPointer(start: $0.values, count: $0.elements.count)
      }
      let all = try communicator.gatherOnRoot(mine, counts: ranges.map { $0.reduce(0) { $0 + $1.count } })
      guard communicator.isRoot else { continue }
      var whole = [Float](repeating: 0, count: elementCount)
      var next = 0
      for elements in ranges.joined() {
        whole.replaceSubrange(elements, with: all[next..<next + elements.count])
        next += elements.count
      }
      vectors.append(whole)
    }
    return communicator.isRoot ? vectors : nil
  }

  /// Distributes rank 0's vectors: each rank gets its residuals. Every rank calls it, between sums.
  /// - Throws: `Failure` if the ranks cannot exchange data.
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
