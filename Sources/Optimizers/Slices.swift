import Tensors

/// Ascending, disjoint ranges of a flat vector, with their offsets in a packed vector that has only their values.
struct Slices: Sequence {
  let ranges: [Range<Int>]
  /// The start of each range in the packed vector.
  private let offsets: [Int]
  /// The number of values in all ranges.
  let count: Int
  /// The number of values in the whole vector.
  private let end: Int

  /// One range of the whole vector.
  init(ofAll count: Int) {
    self.init([0..<count], offsets: [0], end: count)
  }

  private init(_ ranges: [Range<Int>], offsets: [Int], end: Int) {
    self.ranges = ranges
    self.offsets = offsets
    self.end = end
    count = ranges.reduce(0) { $0 + $1.count }
  }

  /// Each range with its offset.
  func makeIterator() -> Zip2Sequence<[Range<Int>], [Int]>.Iterator { zip(ranges, offsets).makeIterator() }

  /// Makes slices from ranges within these, cut between blocks.
  func restricted(to ranges: [Range<Int>]) -> Slices {
    precondition(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "slices ascend")
    precondition(
      ranges.flatMap { [$0.lowerBound, $0.upperBound] }.allSatisfy {
        $0.isMultiple(of: BlockSums.blockLength) || $0 == end
      },
      "slices are cut between blocks")
    var offsets: [Int] = []
    var offset = 0
    for range in ranges {
      precondition(clamped(to: range).count == range.count, "slices lie within the slices before")
      offsets.append(offset)
      offset += range.count
    }
    return Slices(ranges, offsets: offsets, end: end)
  }

  /// The segments that the ranges overlap, each by its index and the overlapping parts. The parts keep their offsets in
  /// this packed vector.
  func divided(by segments: [Range<Int>]) -> [(segment: Int, slices: Slices)] {
    segments.indices.map { ($0, clamped(to: segments[$0])) }.filter { $0.slices.count > 0 }
  }

  /// The parts within `bounds`. They keep their offsets in this packed vector.
  private func clamped(to bounds: Range<Int>) -> Slices {
    let parts = filter { range, _ in range.overlaps(bounds) }.map { range, offset in
      let part = range.clamped(to: bounds)
      return (range: part, offset: offset + part.lowerBound - range.lowerBound)
    }
    return Slices(parts.map(\.range), offsets: parts.map(\.offset), end: end)
  }

  /// Copies the ranges' values from `values`, the packed vector of `former`, whose ranges contain these.
  func copy(_ values: FloatBuffer, of former: Slices) throws -> FloatBuffer {
    let copy = try FloatBuffer(count: count)
    for (range, start) in self {
      for (part, offset) in former.clamped(to: range) {
        (copy.base + start + (part.lowerBound - range.lowerBound)).update(from: values.base + offset, count: part.count)
      }
    }
    return copy
  }
}
