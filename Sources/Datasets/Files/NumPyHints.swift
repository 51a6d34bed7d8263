import Diagnostics
import Formats
import Tensors

/// Detects arrays that are surely meant otherwise, and says what to write instead.
enum NumPyHints {
  /// A notice about images whose pixels are bytes up to `most`, and are not scaled; nil if they seem to be.
  static func byteNotice(most: Float, path: String) -> String? {
    guard most > 16 else { return nil }
    return
      "\(path): the pixels of x are numbers up to \(Int(most)), and are not scaled. Networks learn better about 0: set "
      + "data.mean and data.std to what dp-train data prints"
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

  /// A notice about arrays that are not read, of all that there are; nil if all are read.
  static func unreadNotice(names: [String], read: [String], path: String) -> String? {
    let unread = names.filter { !read.contains($0) }
    guard !unread.isEmpty else { return nil }
    let one = unread.count == 1
    return
      "\(path): the \(one ? "array" : "arrays") \(listed(unread, most: 5)) \(one ? "is" : "are") not read; "
      + "\(read.dropLast().joined(separator: ", ")) and \(read[read.count - 1]) are"
  }

  /// A notice about whole numbers that float32 rounds; nil if there are none.
  /// - Throws: `Failure` (inputOutput, data) if the array cannot be read.
  static func roundingNotice(of array: StoredArray, name: String, path: String) throws -> String? {
    try array.firstRounded().map { value in
      "\(path): \(name) holds the whole number \(value), which becomes \(Double(Float(value))): float32 has those "
        + "up to 16,777,216"
    }
  }
}
