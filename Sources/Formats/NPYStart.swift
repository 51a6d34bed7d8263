import Diagnostics

/// The start of a `.npy` file: what comes before its values. It is checked against the file's size before these are read.
struct NPYStart {
  let header: NPYHeader
  /// The number of bytes before the values.
  let length: Int
  /// The number of values.
  let count: Int

  /// The size of the file.
  var size: Int { length + count * header.element.byteCount }

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// NumPy reads no header of more than 10,000 bytes unless told to.
  private static let longestHeader = 1 << 20

  /// Parses the first bytes of a file of `size` bytes; `source` is its name in messages.
  /// - Throws: `Failure` (data) if they are damaged, the type is not supported, or the file has another size than its shape.
  init(_ bytes: [UInt8], size: Int, source: String) throws {
    length = try Self.length(of: bytes, size: size, source: source)
    // An archive's directory may claim more bytes than there are.
    guard bytes.count >= length else {
      throw Failure(
        .data, "\(source): the header claims \(length) bytes, but \(bytes.count) can be read.",
        advice: "The file was cut short or is damaged; copy or write it again.")
    }
    header = try NPYHeader(bytes[Self.textStart(of: bytes)..<length], source: source)
    let elementSize = header.element.byteCount
    guard let count = elementCount(header.shape),
      case let (byteCount, overflow) = count.multipliedReportingOverflow(by: elementSize),
      !overflow
    else {
      throw Failure(
        .data,
        "\(source): the shape \(describe(header.shape)) of elements of \(elementSize) bytes is beyond any memory.",
        advice: "The header is damaged; write the array again.")
    }
    self.count = count
    let held = size - length
    guard held == byteCount else {
      throw Failure(
        .data,
        "\(source): \(held) bytes follow the header, but the shape \(describe(header.shape)) "
          + "of elements of \(elementSize) bytes needs \(byteCount).",
        advice: held < byteCount ? "The file was cut short; copy or write it again." : "One file holds one array.")
    }
  }

  /// How many bytes come before the values, by the first 12 bytes of a file of `size` bytes.
  /// - Throws: `Failure` (data) if it is no array, or if the header is longer than the file.
  static func length(of bytes: [UInt8], size: Int, source: String) throws -> Int {
    guard size >= 10, bytes.count >= 10, bytes.starts(with: magic) else {
      throw Failure(
        .data, "\(source) is not a NumPy array: it does not begin with \\x93NUMPY and a version.",
        advice: "Write it with numpy.save or numpy.savez.")
    }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw Failure(
        .data, "\(source) is of .npy version \(major).\(minor); versions 1.0, 2.0 and 3.0 can be read.",
        advice: "Write it with numpy.save or numpy.savez.")
    }
    let start = textStart(of: bytes)
    let length = bytes[8..<min(start, bytes.count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size >= start, bytes.count >= start, length <= size - start else {
      throw Failure(
        .data,
        "\(source): the header claims \(length) bytes, the file \(size) bytes in all.",
        advice: "The file was cut short or is damaged; copy or write it again.")
    }
    guard length <= longestHeader else {
      throw Failure(
        .data, "\(source): the header claims \(length) bytes, more than any array's.",
        advice: "The file is damaged; copy or write it again.")
    }
    return start + length
  }

  private static func textStart(of bytes: [UInt8]) -> Int { bytes[6] == 1 ? 10 : 12 }
}
