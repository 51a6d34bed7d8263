import Formats

/// The valid steps of an archive's sequences; the others are padding.
struct ValidSteps {
  /// The number of valid steps of each sample; empty if all are valid.
  let lengths: [Int32]
  /// The number of steps in the array.
  let steps: Int
  /// The end at which the file pads.
  let padding: SequencePadding

  /// The valid steps of a sample in the file.
  private func range(_ sample: Int) -> Range<Int> {
    guard !lengths.isEmpty else { return 0..<steps }
    let length = Int(lengths[sample])
    return padding == .behind ? 0..<length : steps - length..<steps
  }

  /// Whether a value of an array [samples, steps, ...] belongs to a valid step; true if the array has no such axis.
  func hold(_ index: Int, of shape: [Int]) -> Bool {
    guard fits(shape) else { return true }
    let width = shape.dropFirst(2).reduce(1, *)
    return range(index / (steps * width)).contains(index / width % steps)
  }

  /// Moves the valid steps of each sample of an array [samples, steps, ...] to the front and fills the rest with zeros.
  func arrange<Number: ExpressibleByIntegerLiteral>(_ values: inout [Number], shape: [Int]) {
    guard fits(shape) else { return }
    let width = shape.dropFirst(2).reduce(1, *)
    for sample in lengths.indices {
      let (start, valid) = (sample * steps * width, range(sample))
      for place in 0..<valid.count * width { values[start + place] = values[start + valid.lowerBound * width + place] }
      for place in valid.count * width..<steps * width { values[start + place] = 0 }
    }
  }

  private func fits(_ shape: [Int]) -> Bool {
    !lengths.isEmpty && shape.count >= 2 && shape[0] == lengths.count && shape[1] == steps
  }

  /// A notice if padding seems to be at the other end: every shorter sample of `x` begins (with padding in front: ends)
  /// with as many zero steps as it has padding, and has values in place of the padding. Also if padding in front is set
  /// but there are no lengths.
  func notice(of x: [Float], path: String) -> String? {
    guard !lengths.isEmpty else {
      return padding == .front ? "\(path): there is no array lengths, so data.padding: front changes nothing" : nil
    }
    let width = x.count / (lengths.count * steps)
    func isZero(_ sample: Int, _ range: Range<Int>) -> Bool {
      let start = sample * steps
      return !x[(start + range.lowerBound) * width..<(start + range.upperBound) * width].contains { $0 != 0 }
    }
    var hasValues = false
    for sample in lengths.indices where lengths[sample] < steps {
      let length = Int(lengths[sample])
      let ends = [0..<steps - length, length..<steps]
      let (padding, other) = padding == .behind ? (ends[1], ends[0]) : (ends[0], ends[1])
      guard isZero(sample, other) else { return nil }
      hasValues = hasValues || !isZero(sample, padding)
    }
    guard hasValues else { return nil }
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
