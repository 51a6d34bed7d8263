import CKernels

/// Sums of squares over segments of a flat vector. Each rank computes partial sums for its own slices.
///
/// The flat vector is cut into blocks of `blockLength` values. The part of a segment in a block has one partial sum, and a
/// segment's sum adds these in ascending order. So slices do not change a sum's bits, if they are cut between blocks.
public final class BlockSums {
  /// Floats of a block; slices start and end on multiples of it, or at the vector's end.
  public static let blockLength = 1024

  /// The partial sums in the flat vector's order; for each place, one of each vector. A rank computes `parts(of:)` its
  /// slices. The others must come from other ranks before sums are read.
  public let partials: UnsafeMutableBufferPointer<Double>
  private let vectors: Int
  /// Where each partial sum's values start in the flat vector.
  private let starts: [Int]
  private let counts: [Int]
  /// For each segment, the number of its first piece; then the number of all pieces.
  private let firstPieces: [Int]

  /// Memory for sums over ascending `segments` of `vectors` vectors with the same segments.
  public init(segments: [Range<Int>], vectors: Int = 1) {
    var pieces: [Range<Int>] = []
    var firstPieces = [0]
    for segment in segments {
      var start = segment.lowerBound
      while start < segment.upperBound {
        let end = min((start / BlockSums.blockLength + 1) * BlockSums.blockLength, segment.upperBound)
        pieces.append(start..<end)
        start = end
      }
      firstPieces.append(pieces.count)
    }
    self.vectors = vectors
    self.firstPieces = firstPieces
    starts = pieces.map(\.lowerBound)
    counts = pieces.map(\.count)
    partials = .allocate(capacity: pieces.count * vectors)
    partials.initialize(repeating: 0)
  }

  deinit {
    partials.deallocate()
  }

  /// The range of `partials` for each slice. Adjacent slices have adjacent ranges.
  public func parts(of slices: [Range<Int>]) -> [Range<Int>] { slices.map(part(of:)) }

  /// The range of `partials` for a slice. Allocates nothing.
  private func part(of slice: Range<Int>) -> Range<Int> {
    let pieces = pieces(of: slice)
    return pieces.lowerBound * vectors..<pieces.upperBound * vectors
  }

  /// Computes the slices' partial sums of one vector; `values` points to the whole vector. Allocates nothing.
  public func compute(_ slices: [Range<Int>], vector: Int = 0, of values: UnsafePointer<Float>) {
    for slice in slices { compute(slice, vector: vector, from: values + slice.lowerBound) }
  }

  /// Computes the slices' partial sums of one vector; `values` has only the slices, one after the other. Allocates
  /// nothing.
  public func compute(_ slices: [Range<Int>], vector: Int = 0, ofJoined values: UnsafePointer<Float>) {
    var start = values
    for slice in slices {
      compute(slice, vector: vector, from: start)
      start += slice.count
    }
  }

  private func compute(_ slice: Range<Int>, vector: Int, from values: UnsafePointer<Float>) {
    for piece in pieces(of: slice) {
      let start = values + (starts[piece] - slice.lowerBound)
      partials[piece * vectors + vector] = dpt_sum_of_squares(start, counts[piece])
    }
  }

  /// Copies the partial sums of `parts` to `buffer`, one part after the other. Allocates nothing.
  public func pack(_ parts: [Range<Int>], into buffer: UnsafeMutablePointer<Double>) {
    var place = buffer
    for part in parts {
      for index in part {
        place.pointee = partials[index]
        place += 1
      }
    }
  }

  /// Copies the partial sums of `parts` from `buffer`, which another rank packed. Allocates nothing.
  public func unpack(_ parts: [Range<Int>], from buffer: UnsafePointer<Double>) {
    var place = buffer
    for part in parts {
      for index in part {
        partials[index] = place.pointee
        place += 1
      }
    }
  }

  /// The Euclidean norm of a segment of one vector, from all its partial sums.
  public func norm(segment: Int = 0, vector: Int = 0) -> Double {
    var sum = 0.0
    for piece in firstPieces[segment]..<firstPieces[segment + 1] { sum += partials[piece * vectors + vector] }
    return sum.squareRoot()
  }

  private func pieces(of slice: Range<Int>) -> Range<Int> {
    place(of: slice.lowerBound)..<place(of: slice.upperBound)
  }

  /// The number of pieces that start before a value.
  private func place(of value: Int) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
