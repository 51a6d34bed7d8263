import Diagnostics

/// Reads the rows of a CSV file (RFC 4180) in order.
///
/// Fields are UTF-8 text. A quoted field may contain separators, line ends and doubled quotes; blanks around an
/// unquoted one are removed. Lines end in LF, CR LF or CR; empty lines are skipped. Every row has as many fields as the
/// first; a separator at the end of a line does not start another field.
public struct CSVReader {
  /// A row.
  public struct Row: Sendable {
    /// The line of the file on which it begins, from 1.
    public let line: Int
    /// The contents of the fields.
    public let fields: [String]
    /// The indices of fields that are not UTF-8 text.
    public let damaged: [Int]
  }

  private let path: String
  private let bytes: [UInt8]
  private let separator: UInt8
  private var position = 0
  private var line = 1
  private var width: Int?
  private var damaged: [Int] = []

  /// Opens the file at `path`, gzipped or not; `separator` must be an ASCII character.
  /// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (data) if it is of another
  ///   kind, or packed and damaged.
  public init(contentsOf path: String, separator: Unicode.Scalar = ",") throws {
    var bytes: [UInt8] = []
    try forEachUnpackedChunk(ofFile: path) { bytes.append(contentsOf: $0) }
    for (mark, kind, advice) in CSVReader.otherKinds where bytes.starts(with: mark) {
      throw Failure(.data, "\(path) is not a CSV file but \(kind)", advice: advice)
    }
    self.init(bytes: bytes, path: path, separator: separator)
  }

  /// The first bytes of other kinds of files, their names, and advice.
  private static let otherKinds: [([UInt8], String, String)] = [
    ([0xFF, 0xFE], "text in UTF-16", "save it as UTF-8"), ([0xFE, 0xFF], "text in UTF-16", "save it as UTF-8"),
    ([0x50, 0x4B, 3, 4], "a zip archive or a spreadsheet", "unpack it, or save the table as CSV"),
    ([0xD0, 0xCF, 0x11, 0xE0], "a spreadsheet", "save the table as CSV"),
    (Array("PAR1".utf8), "a Parquet file", "save the table as CSV"),
  ]

  /// Reads the contents of a file; `path` is its name in messages.
  public init(bytes: [UInt8], path: String, separator: Unicode.Scalar = ",") {
    self.path = path
    self.bytes = bytes
    self.separator = UInt8(ascii: separator)
    // A byte order mark of UTF-8, which some spreadsheets write.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The bytes that are read, and those of the whole file.
  package var progress: (done: Int, all: Int) { (position, bytes.count) }

  /// The next row; nil at the end.
  /// - Throws: `Failure` (data) naming the line, if quotes are wrong or the number of fields differs from the first
  ///   row's. Reading may then continue with the next line.
  public mutating func next() throws -> Row? {
    while skipLineEnd() {}
    guard position < bytes.count else { return nil }
    let start = line
    damaged.removeAll()
    var fields: [String] = []
    do {
      fields.append(try field(0))
      while position < bytes.count, bytes[position] == separator {
        position += 1
        fields.append(try field(fields.count))
      }
    } catch {
      while position < bytes.count, !isLineEnd(bytes[position]) { position += 1 }
      throw error
    }
    _ = skipLineEnd()
    let isLastEmpty = fields.count > 1 && fields.last?.isEmpty == true
    if isLastEmpty, width == nil || width == fields.count - 1 { fields.removeLast() }
    if let width, width != fields.count {
      throw Failure(
        .data, "\(path):\(start): the row has \(counted(fields.count)), but the first has \(width)",
        advice: "all rows must have as many fields; put a field that contains a separator in quotes")
    }
    width = fields.count
    return Row(line: start, fields: fields, damaged: damaged)
  }

  /// Skips the end of a line, if there is one here.
  private mutating func skipLineEnd() -> Bool {
    guard position < bytes.count else { return false }
    if bytes[position] == newline {
      position += 1
    } else if bytes[position] == carriageReturn {
      position += position + 1 < bytes.count && bytes[position + 1] == newline ? 2 : 1
    } else {
      return false
    }
    line += 1
    return true
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == newline || byte == carriageReturn }

  private mutating func field(_ place: Int) throws -> String {
    let start = position
    while position < bytes.count, bytes[position] == blank { position += 1 }
    if position < bytes.count, bytes[position] == quote { return try quotedField(place) }
    position = start
    while position < bytes.count, bytes[position] != separator, !isLineEnd(bytes[position]) {
      guard bytes[position] != quote else {
        throw failure(line, "there is a quote within a field", "put the field in quotes, and double those in it")
      }
      position += 1
    }
    var content = bytes[start..<position]
    while content.first == blank { content.removeFirst() }
    while content.last == blank { content.removeLast() }
    return text(content, place)
  }

  private mutating func quotedField(_ place: Int) throws -> String {
    let start = line
    var content: [UInt8] = []
    position += 1
    while true {
      guard position < bytes.count else { throw failure(start, "a quoted field has no end", "close it with a quote") }
      let byte = bytes[position]
      position += 1
      if byte == quote {
        guard position < bytes.count, bytes[position] == quote else { break }
        position += 1
      } else if byte == newline || byte == carriageReturn && (position == bytes.count || bytes[position] != newline) {
        line += 1
      }
      content.append(byte)
    }
    while position < bytes.count, bytes[position] == blank { position += 1 }
    guard position == bytes.count || bytes[position] == separator || isLineEnd(bytes[position]) else {
      throw failure(line, "text follows the quote that closes a field", "double quotes that belong to the field")
    }
    return text(content[...], place)
  }

  private mutating func text(_ content: ArraySlice<UInt8>, _ place: Int) -> String {
    if let text = String(validating: content, as: UTF8.self) { return text }
    damaged.append(place)
    return String(decoding: content, as: UTF8.self)
  }

  private func counted(_ count: Int) -> String { count == 1 ? "1 field" : "\(count) fields" }

  private func failure(_ line: Int, _ fault: String, _ advice: String) -> Failure {
    Failure(.data, "\(path):\(line): \(fault)", advice: advice)
  }
}

private let quote = UInt8(ascii: "\"")
private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let blank = UInt8(ascii: " ")
