import Diagnostics

/// The images of one of CIFAR's binary files: records of a label byte (CIFAR-10) or two, the coarse and the fine one
/// (CIFAR-100), and 1024 bytes each of red, green and blue, row by row. Krizhevsky 2009, "Learning multiple layers of features
/// from tiny images".
public struct CIFARFile: Sendable {
  /// The height and width of an image.
  public static let side = 32
  /// The bytes of an image.
  public static let imageBytes = 3 * side * side

  /// The chosen label of each image.
  public let labels: [UInt8]
  /// Red, green and blue of each pixel, row by row, image after image.
  public let pixels: [UInt8]

  /// Reads the file at `path`.
  /// - Parameters:
  ///   - labelBytes: the label bytes of a record.
  ///   - label: which of them is read.
  /// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (data) if it is empty or not of
  ///   whole records.
  public init(contentsOf path: String, labelBytes: Int, label: Int) throws {
    var bytes = try fileBytes(path)
    let record = labelBytes + Self.imageBytes
    guard !bytes.isEmpty, bytes.count.isMultiple(of: record) else {
      throw Self.misfit(path, bytes: bytes.count, labelBytes: labelBytes)
    }
    let count = bytes.count / record
    labels = (0..<count).map { bytes[$0 * record + label] }
    var planes = [UInt8](repeating: 0, count: Self.imageBytes)
    let plane = Self.side * Self.side
    // In place: an image's new bytes end before the next record begins.
    bytes.withUnsafeMutableBufferPointer { bytes in
      planes.withUnsafeMutableBufferPointer { planes in
        for image in 0..<count {
          let (from, to) = (image * record + labelBytes, image * Self.imageBytes)
          _ = planes.update(fromContentsOf: bytes[from..<from + Self.imageBytes])
          for pixel in 0..<plane {
            for color in 0..<3 { bytes[to + 3 * pixel + color] = planes[color * plane + pixel] }
          }
        }
      }
    }
    bytes.removeLast(count * labelBytes)
    pixels = bytes
  }

  /// The failure if a file's size is wrong.
  private static func misfit(_ path: String, bytes: Int, labelBytes: Int) -> Failure {
    guard bytes > 0 else { return Failure(.data, "'\(path)' is empty", advice: "get the file again") }
    let record = labelBytes + imageBytes
    let whole = bytes / record
    let other = labelBytes == 1 ? 2 : 1
    return Failure(
      .data,
      "'\(path)' has \(bytes) bytes: \(whole) \(whole == 1 ? "image" : "images") of \(record) bytes and \(bytes % record) "
        + "bytes more",
      advice: bytes.isMultiple(of: other + imageBytes)
        ? "its images have \(other == 1 ? "one label byte, as CIFAR-10's" : "two label bytes, as CIFAR-100's"); it is of "
          + "the other set"
        : "the file is cut short or damaged: get it again")
  }
}
