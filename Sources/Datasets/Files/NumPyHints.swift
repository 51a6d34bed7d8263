import Diagnostics
import Formats
import Tensors

/// Detects arrays that are surely meant otherwise, and says what to write instead.
enum NumPyHints {
  /// A notice about images whose channels seem to come first, as in PyTorch; nil for others.
  static func channelNotice(of shape: [Int], path: String) -> String? {
    guard shape.count == 4, [1, 3].contains(shape[1]) else { return nil }
    let (height, width) = (shape[2], shape[3])
    guard height == width ? width > 4 : shape[1] == 3 && min(height, width) > 8 else { return nil }
    return
      "\(path): x has the shape \(shape), which is images of \(shape[1]) × \(height) pixels and \(width) channels. "
      + "If it is \(shape[1]) \(shape[1] == 1 ? "channel" : "channels") of \(height) × \(width) pixels, write it as x.transpose(0, 2, 3, 1): the channels "
      + "must come last."
  }

  /// A notice about images whose pixels are unscaled bytes; nil for others.
  static func byteNotice(of x: NPYArray, _ values: [Float], path: String) -> String? {
    guard x.shape.count == 4, x.element == .uint8, let most = values.max(), most > 16 else { return nil }
    return
      "\(path): the pixels of x are numbers up to \(Int(most)), and are not scaled. Networks learn better from 0 to "
      + "1: x.astype(\"float32\") / 255."
  }

  /// A notice if padding seems to be at the other end: every shorter sample of `x` begins (with padding in front: ends) with
  /// as many zero steps as it has padding, and has values in place of the padding; nil for others.
  static func otherPadding(
    of x: [Float], lengths: [Int], steps: Int, padding: SequencePadding, path: String
  ) -> String? {
    let width = x.count / (lengths.count * steps)
    func isZero(_ sample: Int, _ range: Range<Int>) -> Bool {
      let start = sample * steps
      return !x[(start + range.lowerBound) * width..<(start + range.upperBound) * width].contains { $0 != 0 }
    }
    var hasValues = false
    for (sample, length) in lengths.enumerated() where length < steps {
      let ends = [0..<steps - length, length..<steps]
      let (filled, other) = padding == .behind ? (ends[1], ends[0]) : (ends[0], ends[1])
      guard isZero(sample, other) else { return nil }
      hasValues = hasValues || !isZero(sample, filled)
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

  /// A notice about sequences without `lengths` that end in different numbers of zero steps; nil for others.
  static func paddingNotice(of x: [Float], shape: [Int], path: String) -> String? {
    guard shape.count == 3, shape[1] > 2 else { return nil }
    let (count, steps, width) = (shape[0], shape[1], shape[2])
    func isZero(_ sample: Int, _ step: Int) -> Bool {
      let start = (sample * steps + step) * width
      return !x[start..<start + width].contains { $0 != 0 }
    }
    var padded = 0
    var ends: Set<Int> = []
    for sample in 0..<count {
      // Samples that also begin with zeros are pictures with a margin, or sound with silence.
      guard !isZero(sample, 0) else { return nil }
      let end = (1..<steps).reversed().first { !isZero(sample, $0) } ?? 0
      guard end < steps - 1 else { continue }
      padded += 1
      ends.insert(end)
    }
    guard ends.count > 1, padded * 10 >= count else { return nil }
    return
      "\(path): \(padded) of \(count) samples \(padded == 1 ? "ends" : "end") in steps that are all 0, and without an array lengths these count like all "
      + "others do. If they are padding, add lengths, the number of steps of each sample."
  }

  /// How to turn labels below 0 into class indices.
  static func negativeAdvice(_ classes: [Int32]) -> String {
    let (least, most) = (classes.min() ?? 0, classes.max() ?? 0)
    if least == -1, most == 1, !classes.contains(0) {
      return "class indices start at 0: -1 and 1 become 0 and 1 by (y + 1) // 2"
    }
    return "class indices start at 0: if \(least) marks samples without a class, write loss: {name: cross-entropy, "
      + "ignoreIndex: \(least)}; if classes are counted from \(least), they become y + \(-Int(least))"
  }

  /// The expression that turns samples of one shape into another; nil if nothing simple does.
  static func change(from shape: Shape, to wanted: Shape) -> String? {
    let (held, needed) = (shape.extents, wanted.extents)
    if held.count == 3, needed == [held[1], held[2], held[0]] { return "write them as x.transpose(0, 2, 3, 1)" }
    if needed == held + [1] { return "give them a last axis: x[..., None]" }
    return nil
  }

  /// A failure that says what to do if `y` holds a row of zeros and ones per sample; nil if it holds anything else.
  static func indicators(_ y: NPYArray, path: String) -> Failure? {
    guard y.shape.count == 2, y.shape[1] > 1 else { return nil }
    let values = y.floats()
    let width = y.shape[1]
    let rows = stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width] }
    guard rows.allSatisfy({ row in row.allSatisfy { $0 == 0 || $0 == 1 } }) else { return nil }
    guard rows.allSatisfy({ $0.reduce(0, +) == 1 }) else {
      return Failure(
        .data, "\(path): y has the shape \(y.shape) of zeros and ones, so that a sample has any number of classes",
        advice: "write loss: binary-cross-entropy; cross-entropy compares with one class index for each sample")
    }
    return Failure(
      .data, "\(path): y has the shape \(y.shape) with a single 1 in each row: classes are not one-hot here",
      advice: "write class indices: y.argmax(axis=1)")
  }

  /// Reads `y` as class indices.
  /// - Throws: `Failure` (data) naming the first one that is not a whole number.
  static func classes(_ y: NPYArray, path: String) throws -> [Int32] {
    do {
      return try y.int32s()
    } catch let failure as Failure {
      guard [.float16, .float32, .float64].contains(y.element) else { throw failure }
      throw Failure(
        .data, failure.message, advice: "class indices are whole numbers; to learn numbers, write loss: mse")
    }
  }

  /// Notices about an archive: arrays that are not read, and whole numbers that float32 rounds.
  static func notices(
    _ arrays: [(name: String, array: NPYArray)], names: [String], read: [String], path: String
  ) -> [String] {
    let unread = names.filter { !read.contains($0) }
    let one = unread.count == 1
    let unused =
      unread.isEmpty
      ? []
      : [
        "\(path): the \(one ? "array" : "arrays") \(unread.prefix(5).joined(separator: ", ")) \(one ? "is" : "are") not read; "
          + "\(read.dropLast().joined(separator: ", ")) and \(read[read.count - 1]) are"
      ]
    return unused
      + arrays.compactMap { name, array in
        guard [.int32, .int64, .uint32, .uint64].contains(array.element) else { return nil }
        guard let value = array.doubles().first(where: { Double(Float($0)) != $0 }) else { return nil }
        return
          "\(path): \(name) holds the whole number \(value), which becomes \(Double(Float(value))): float32 has those "
          + "up to 16,777,216"
      }
  }
}
