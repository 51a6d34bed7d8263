import Diagnostics

/// The contents of an IDX file, collected chunk by chunk.
struct IDXContents {
  /// The header's contents.
  struct Header {
    let shape: [Int]
    let element: IDXArray.Element
    let byteCount: Int
  }

  /// The elements' bytes so far.
  private(set) var bytes: [UInt8] = []
  private var prefix: [UInt8] = []
  private var header: Header?
  private let source: String

  /// Empty contents; `source` is the file's name in messages.
  init(source: String) {
    self.source = source
  }

  /// Takes the next bytes.
  /// - Throws: `Failure` (data) if the header is wrong, or if there are more bytes than it says.
  mutating func append(_ chunk: UnsafeRawBufferPointer) throws {
    var rest = chunk[...]
    while header == nil, let byte = rest.popFirst() {
      prefix.append(byte)
      if prefix.count >= 4, prefix.count == 4 + 4 * Int(prefix[3]) { header = try parse() }
      if prefix.count == 4 { try checkMagic() }
    }
    guard let header else { return }
    guard rest.count <= header.byteCount - bytes.count else {
      throw differing("more than \(header.byteCount) bytes follow", header, advice: "One file holds one array.")
    }
    bytes.append(contentsOf: rest)
  }

  /// Ends the contents. Returns the header.
  /// - Throws: `Failure` (data) if there are fewer bytes than it says.
  func finish() throws -> Header {
    guard let header else {
      guard prefix.count >= 4 else { throw noIDX("it ends after \(prefix.count) bytes") }
      throw Failure(
        .data, "\(source) ends within its header, after \(prefix.count) of \(4 + 4 * Int(prefix[3])) bytes.",
        advice: "The file was cut short; copy or write it again.")
    }
    guard bytes.count == header.byteCount else {
      throw differing(
        "\(bytes.count) bytes follow", header, advice: "The file was cut short; copy or write it again.")
    }
    return header
  }

  private func checkMagic() throws {
    guard prefix[0] == 0, prefix[1] == 0, IDXArray.Element(rawValue: prefix[2]) != nil, prefix[3] > 0 else {
      throw noIDX("it begins with the bytes \(prefix.map { hexadecimal($0) }.joined(separator: " "))")
    }
  }

  private func parse() throws -> Header {
    try checkMagic()
    guard let element = IDXArray.Element(rawValue: prefix[2]) else { throw noIDX("its element type is unknown") }
    let shape = (0..<Int(prefix[3])).map { axis in
      prefix[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let count = elementCount(shape),
      case let (byteCount, overflow) = count.multipliedReportingOverflow(by: element.byteCount), !overflow
    else {
      throw Failure(
        .data,
        "\(source): the shape \(describe(shape)) of elements of \(element.byteCount) bytes is beyond any memory.",
        advice: "The header is damaged; copy or write the file again.")
    }
    return Header(shape: shape, element: element, byteCount: byteCount)
  }

  private func noIDX(_ reason: String) -> Failure {
    Failure(
      .data, "\(source) is not an IDX file: \(reason).",
      advice: "An IDX file begins with 00 00, its element type (08, 09, 0B, 0C, 0D or 0E) and its number of axes.")
  }

  private func differing(_ fact: String, _ header: Header, advice: String) -> Failure {
    Failure(
      .data,
      "\(source): \(fact) the header, but the shape \(describe(header.shape)) of elements of "
        + "\(header.element.byteCount) bytes needs \(header.byteCount).", advice: advice)
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}
