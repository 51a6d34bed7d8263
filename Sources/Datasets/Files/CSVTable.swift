import Diagnostics
import Formats

/// How a CSV file is written.
public struct CSVStyle: Equatable, Sendable {
  /// What stands between fields.
  public enum Separator: String, CaseIterable, Sendable {
    /// A comma.
    case comma
    /// A semicolon.
    case semicolon
    /// A tab.
    case tab

    fileprivate var scalar: Unicode.Scalar {
      switch self {
      case .comma: ","
      case .semicolon: ";"
      case .tab: "\t"
      }
    }
  }

  /// What stands between fields.
  public var separator: Separator
  /// Whether the first row names the columns.
  public var hasHeader: Bool

  /// Bundles the properties.
  public init(separator: Separator = .comma, hasHeader: Bool = true) {
    self.separator = separator
    self.hasHeader = hasHeader
  }
}

/// The rows of a CSV file, and its columns' names.
struct CSVTable {
  /// What messages call the file.
  let path: String
  /// The names in the first row; without a header "0", "1", ….
  let columns: [String]
  private var reader: CSVReader
  private var pending: CSVReader.Row?

  /// Opens a file and reads its first row.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file.
  init(contentsOf path: String, style: CSVStyle) throws {
    try self.init(
      CSVReader(contentsOf: path, separator: style.separator.scalar), path: path, hasHeader: style.hasHeader)
  }

  /// A row that is no file's, without a header.
  init(row: String, style: CSVStyle) throws {
    let reader = CSVReader(bytes: Array(row.utf8), path: "input", separator: style.separator.scalar)
    try self.init(reader, path: "input", hasHeader: false)
  }

  private init(_ reader: CSVReader, path: String, hasHeader: Bool) throws {
    self.path = path
    self.reader = reader
    guard let first = try self.reader.next() else {
      throw Failure(.data, "\(path): there are no rows", advice: "each row is one sample")
    }
    guard hasHeader else {
      columns = first.fields.indices.map(String.init)
      pending = first
      return
    }
    columns = first.fields
    for (index, name) in columns.enumerated() where columns[..<index].contains(name) {
      throw Failure(
        .data, "\(path):\(first.line): two columns are named \"\(name)\"",
        advice: "give each column a name of its own, or say header: false where the first row is a sample")
    }
  }

  /// The next row, or nil at the end.
  /// - Throws: `Failure` (data) naming the line.
  mutating func next() throws -> CSVReader.Row? {
    if let row = pending {
      pending = nil
      return row
    }
    return try reader.next()
  }

  /// The place of a column that is named, or numbered from 0.
  /// - Throws: `Failure` (data) naming the nearest column.
  func place(of column: String, key: String) throws -> Int {
    if let place = columns.firstIndex(of: column) { return place }
    if let place = Int(column), columns.indices.contains(place) { return place }
    let nearest = nearestName(to: column, among: columns).map { "did you mean \($0)? " } ?? ""
    throw Failure(
      .data, "\(path): there is no column \"\(column)\", which \(key) names",
      advice: "\(nearest)there are \(columns.prefix(20).joined(separator: ", "))\(columns.count > 20 ? ", …" : "")")
  }

  /// The number in a field.
  /// - Throws: `Failure` (data) naming line, column and text, where it is no finite number.
  func number(_ row: CSVReader.Row, _ place: Int) throws -> Float {
    let text = row.fields[place]
    guard let number = Float(text) else {
      throw fault(row, place, text.isEmpty ? "there is no number" : "\"\(shown(text))\" is not a number")
    }
    guard number.isFinite else { throw fault(row, place, "\"\(shown(text))\" is not a finite number") }
    return number
  }

  /// The text in a field.
  /// - Throws: `Failure` (data) naming line and column, where there is none.
  func text(_ row: CSVReader.Row, _ place: Int) throws -> String {
    guard !row.fields[place].isEmpty else { throw fault(row, place, "there is no class") }
    return row.fields[place]
  }

  private func fault(_ row: CSVReader.Row, _ place: Int, _ message: String) -> Failure {
    Failure(
      .data, "\(path):\(row.line): column \(columns[place]): \(message)",
      advice: "columns must hold finite numbers, but for the label; leave others out with data.ignore")
  }

  private func shown(_ text: String) -> String { text.count > 40 ? text.prefix(37) + "..." : text }
}
