import Diagnostics
import Formats
import Tensors

/// What arrays hold that was surely meant otherwise, and what to write instead.
enum NumPyHints {
  /// What to tell of images that look as if their channels came first, as PyTorch has them; nil for others.
  static func channelNotice(of shape: [Int], path: String) -> String? {
    guard shape.count == 4, [1, 3].contains(shape[1]) else { return nil }
    let (height, width) = (shape[2], shape[3])
    guard height == width ? width > 4 : shape[1] == 3 && min(height, width) > 8 else { return nil }
    return
      "\(path): x has the shape \(shape), which is images of \(shape[1]) × \(height) pixels and \(width) channels. "
      + "If it is \(shape[1]) channels of \(height) × \(width) pixels, write it as x.transpose(0, 2, 3, 1): the channels "
      + "must come last."
  }

  /// What brings samples of one shape into another; nil where nothing simple does.
  static func change(from shape: Shape, to wanted: Shape) -> String? {
    let (held, needed) = (shape.extents, wanted.extents)
    if held.count == 3, needed == [held[1], held[2], held[0]] { return "write them as x.transpose(0, 2, 3, 1)" }
    if needed == held + [1] { return "give them a last axis: x[..., None]" }
    return nil
  }

  /// Throws where `y` holds a row for each sample that has a single 1, though samples have other steps.
  static func checkOneHot(_ y: NPYArray, inputShape: Shape, path: String) throws {
    guard y.shape.count == 2, y.shape[1] > 1, y.shape[1] != inputShape.steps || !inputShape.isSequence else { return }
    let values = y.floats()
    let width = y.shape[1]
    let rows = stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width] }
    guard rows.allSatisfy({ row in row.allSatisfy { $0 == 0 || $0 == 1 } }) else { return }
    guard rows.allSatisfy({ $0.reduce(0, +) == 1 }) else {
      throw Failure(
        .data, "\(path): y has the shape \(y.shape) of zeros and ones, so that a sample has any number of classes",
        advice: "write loss: binary-cross-entropy; cross-entropy compares with one class index for each sample")
    }
    throw Failure(
      .data, "\(path): y has the shape \(y.shape) with a single 1 in each row: classes are not one-hot here",
      advice: "write class indices: y.argmax(axis=1)")
  }

  /// The class indices that `y` holds.
  /// - Throws: `Failure` (data) naming the first that is no whole number.
  static func classes(_ y: NPYArray, path: String) throws -> [Int32] {
    do {
      return try y.int32s()
    } catch let failure as Failure {
      guard [.float16, .float32, .float64].contains(y.element) else { throw failure }
      throw Failure(
        .data, failure.message, advice: "class indices are whole numbers; to learn numbers, write loss: mse")
    }
  }

  /// What people should know of an archive: arrays that nobody reads, and whole numbers that float32 has to round.
  static func notices(_ arrays: [(name: String, array: NPYArray)], names: [String], path: String) -> [String] {
    let unread = names.filter { !["x", "y", "lengths"].contains($0) }
    let one = unread.count == 1
    let unused =
      unread.isEmpty
      ? []
      : [
        "\(path): the \(one ? "array" : "arrays") \(unread.prefix(5).joined(separator: ", ")) \(one ? "is" : "are") not read; x, y and lengths are"
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
