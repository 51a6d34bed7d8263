import Diagnostics

/// Reads the rows of a CSV file (RFC 4180), one after the other.
///
/// Fields are UTF-8 text. One in quotes may hold separators, line ends and doubled quotes; blanks around one without
/// quotes do not count. Lines end in LF or CR LF; empty ones are passed over. Every row has as many fields as the first.
public struct CSVReader {
  /// A row.
  public struct Row: Sendable {
    /// The line of the file that it begins on, from 1.
    public let line: Int
    /// What the fields hold.
    public let fields: [String]
  }

  private let path: String
  private let bytes: [UInt8]
  private let separator: UInt8
  private var position = 0
  private var line = 1
  private var width: Int?

  /// Reads the file at `path`, whose fields are separated by `separator`, an ASCII character.
  ///
  /// Throws `Failure(.noInput)` where it cannot be opened and `Failure(.inputOutput)` where reading fails.
  public init(contentsOf path: String, separator: Unicode.Scalar = ",") throws {
    self.init(bytes: try fileBytes(path), path: path, separator: separator)
  }

  /// Reads the contents of a file; `path` is what messages call it.
  public init(bytes: [UInt8], path: String, separator: Unicode.Scalar = ",") {
    self.path = path
    self.bytes = bytes
    self.separator = UInt8(ascii: separator)
    // A mark of UTF-8, as some spreadsheets write it.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next row, or nil at the end.
  ///
  /// Throws `Failure(.data)` naming the line, where quotes are wrong, a field is not UTF-8, or the number of fields is
  /// not that of the first row.
  public mutating func next() throws -> Row? {
    while skipLineEnd() {}
    guard position < bytes.count else { return nil }
    let start = line
    var fields = [try field()]
    while position < bytes.count, bytes[position] == separator {
      position += 1
      fields.append(try field())
    }
    _ = skipLineEnd()
    if let width, width != fields.count {
      throw Failure(
        .data, "\(path):\(start): the row has \(counted(fields.count)), but the first has \(width)",
        advice: "all rows must have as many fields; one that holds a separator must stand in quotes")
    }
    width = fields.count
    return Row(line: start, fields: fields)
  }

  /// Goes past the end of a line, if one is here.
  private mutating func skipLineEnd() -> Bool {
    guard position < bytes.count else { return false }
    if bytes[position] == newline {
      position += 1
    } else if bytes[position] == carriageReturn, position + 1 < bytes.count, bytes[position + 1] == newline {
      position += 2
    } else {
      return false
    }
    line += 1
    return true
  }

  private mutating func field() throws -> String {
    let start = position
    while position < bytes.count, bytes[position] == blank { position += 1 }
    if position < bytes.count, bytes[position] == quote { return try quotedField() }
    position = start
    while position < bytes.count, bytes[position] != separator, bytes[position] != newline {
      guard bytes[position] != quote else {
        throw failure(line, "a quote stands within a field", "put the field in quotes, and double those in it")
      }
      position += 1
    }
    var end = position
    if end > start, end < bytes.count, bytes[end] == newline, bytes[end - 1] == carriageReturn {
      end -= 1
      position -= 1
    }
    var content = bytes[start..<end]
    while content.first == blank { content.removeFirst() }
    while content.last == blank { content.removeLast() }
    return try text(content, line: line)
  }

  private mutating func quotedField() throws -> String {
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
      } else if byte == newline {
        line += 1
      }
      content.append(byte)
    }
    while position < bytes.count, bytes[position] == blank { position += 1 }
    let isEnd =
      position == bytes.count || [separator, newline].contains(bytes[position])
      || bytes[position...].starts(with: [carriageReturn, newline])
    guard isEnd else {
      throw failure(line, "text follows the quote that closes a field", "double quotes that belong to the field")
    }
    return try text(content[...], line: start)
  }

  private func text(_ content: ArraySlice<UInt8>, line: Int) throws -> String {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw failure(line, "a field is not UTF-8 text", "convert the file to UTF-8")
    }
    return text
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
