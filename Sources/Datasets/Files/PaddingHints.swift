/// Finds out, sample by sample, whether padding seems to be at the other end: every shorter sample begins (with padding in front:
/// ends) with as many zero steps as it has padding, and has values in place of the padding.
struct OtherPaddingHint {
  /// The steps of a row.
  let steps: Int
  let padding: SequencePadding
  private var isPossible = true
  private var hasValues = false

  init(steps: Int, padding: SequencePadding) {
    self.steps = steps
    self.padding = padding
  }

  /// Takes a sample of `length` steps; `row` has its padding.
  mutating func take(_ row: UnsafeBufferPointer<Float>, length: Int) {
    guard isPossible, length < steps else { return }
    let width = row.count / steps
    func isZero(_ range: Range<Int>) -> Bool {
      !row[range.lowerBound * width..<range.upperBound * width].contains { $0 != 0 }
    }
    let ends = [0..<steps - length, length..<steps]
    let (filled, other) = padding == .behind ? (ends[1], ends[0]) : (ends[0], ends[1])
    guard isZero(other) else {
      isPossible = false
      return
    }
    hasValues = hasValues || !isZero(filled)
  }

  /// The notice; nil if nothing suggests it.
  func notice(path: String) -> String? {
    guard isPossible, hasValues else { return nil }
    return switch padding {
    case .behind:
      "\(path): the first steps of shorter samples are all 0, and there are values after their lengths: the data is surely "
        + "padded in front; if so, set data.padding to front"
    case .front:
      "\(path): the last steps of shorter samples are all 0, and there are values before their steps: the data is surely "
        + "padded behind; if so, leave data.padding out"
    }
  }
}

/// Finds out, sample by sample, whether sequences without `lengths` end in different numbers of zero steps.
struct MissingLengthsHint {
  private let steps: Int
  private var isPossible: Bool
  private var (count, padded) = (0, 0)
  private var ends: Set<Int> = []

  /// For samples of an array of this shape.
  init(shape: [Int]) {
    isPossible = shape.count == 3 && shape[1] > 2
    steps = isPossible ? shape[1] : 1
  }

  /// Takes a sample.
  mutating func take(_ row: UnsafeBufferPointer<Float>) {
    guard isPossible else { return }
    let width = row.count / steps
    func isZero(_ step: Int) -> Bool { !row[step * width..<(step + 1) * width].contains { $0 != 0 } }
    // Samples that also begin with zeros are pictures with a margin, or sound with silence.
    guard !isZero(0) else {
      isPossible = false
      return
    }
    count += 1
    let end = (1..<steps).reversed().first { !isZero($0) } ?? 0
    guard end < steps - 1 else { return }
    padded += 1
    ends.insert(end)
  }

  /// The notice; nil if nothing suggests it.
  func notice(path: String) -> String? {
    guard isPossible, ends.count > 1, padded * 10 >= count else { return nil }
    return
      "\(path): \(padded) of \(count) samples \(padded == 1 ? "ends" : "end") in steps that are all 0, and without an array lengths these count like all "
      + "others do. If they are padding, add lengths, the number of steps of each sample."
  }
}
