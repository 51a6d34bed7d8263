extension ReductionPlan {
  /// Divides elements, whole grains, into buckets of so many bytes, from the end on: a small one first, since the sooner
  /// something travels the better.
  ///
  /// Where one of the boundaries, the last of several, makes a bucket of a half to one and a half times the size, it starts
  /// there, and waits for nothing that is written later than what lies behind the boundary. Buckets start at multiples of
  /// `grain`; the first may end between two.
  package static func divide(
    _ elements: Range<Int>, bytes: Int, boundaries: [Int] = [], grain: Int = ReductionPlan.grain
  ) -> [Range<Int>] {
    let size = max(1, bytes / (grain * floatSize))
    let first = elements.lowerBound / grain
    let cuts = boundaries.map { ($0 + grain - 1) / grain }
    var parts: [Range<Int>] = []
    var end = (elements.upperBound + grain - 1) / grain
    while end > first {
      let wanted = parts.isEmpty ? max(1, size / 4) : size
      let (least, most) = (max(1, wanted / 2), wanted + wanted / 2)
      let fitting = cuts.filter { $0 > first && $0 <= end - least && $0 >= end - most }
      let start = fitting.max() ?? max(first, end - wanted)
      parts.append(start * grain..<min(end * grain, (elements.upperBound + Self.grain - 1) / Self.grain * Self.grain))
      end = start
    }
    return parts
  }
}
