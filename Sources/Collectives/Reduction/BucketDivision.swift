extension ReductionPlan {
  /// Divides elements, whole grains, into buckets of so many bytes, from the end on: a small one first, since the sooner
  /// something travels the better.
  ///
  /// Where one of the boundaries makes a bucket of a quarter to one and a half times the size, it starts there, and waits
  /// for nothing that is written later than what lies behind the boundary.
  package static func divide(_ elements: Range<Int>, bytes: Int, boundaries: [Int] = []) -> [Range<Int>] {
    let size = max(1, bytes / (grain * floatSize))
    let first = elements.lowerBound / grain
    let cuts = boundaries.map { ($0 + grain - 1) / grain }
    var parts: [Range<Int>] = []
    var end = (elements.upperBound + grain - 1) / grain
    while end > first {
      let wanted = parts.isEmpty ? max(1, size / 4) : size
      let (least, most) = (max(1, wanted / 4), wanted + wanted / 2)
      let fitting = cuts.filter { $0 > first && $0 <= end - least && $0 >= end - most }
      let start = fitting.min() ?? max(first, end - wanted)
      parts.append(start * grain..<end * grain)
      end = start
    }
    return parts
  }
}
