import Tensors

/// Ranges of a flat vector, ascending and disjoint, and where the values of each lie in a vector of theirs alone, one range
/// after the other.
struct Slices: Sequence {
  let ranges: [Range<Int>]
  /// Where each range starts in the vector of theirs alone.
  private let offsets: [Int]
  /// Values of all ranges together.
  let count: Int
  /// Values of the whole vector.
  private let end: Int

  /// The whole of a vector.
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

  /// Ranges within these, cut between blocks.
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

  /// For each segment of the vector that the ranges overlap its number, and the parts that they have of it with their
  /// places among these ranges' values.
  func divided(by segments: [Range<Int>]) -> [(segment: Int, slices: Slices)] {
    segments.indices.map { ($0, clamped(to: segments[$0])) }.filter { $0.slices.count > 0 }
  }

  /// The part within `bounds`, with its places among these ranges' values.
  private func clamped(to bounds: Range<Int>) -> Slices {
    let parts = filter { range, _ in range.overlaps(bounds) }.map { range, offset in
      let part = range.clamped(to: bounds)
      return (range: part, offset: offset + part.lowerBound - range.lowerBound)
    }
    return Slices(parts.map(\.range), offsets: parts.map(\.offset), end: end)
  }

  /// A copy of the ranges' values, where `values` are those of `former` ranges that hold these.
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
