import Diagnostics
import Formats
import Foundation

/// The rows of a CSV file, and the names of its columns.
struct CSVTable {
  /// The file's name in messages.
  let path: String
  /// The names in the first row; without a header "0", "1", ….
  let columns: [String]
  /// The use of the columns, for advice in messages.
  var target = CSVColumns.Target.none
  /// A message about the first whole number that float32 rounds; nil if there is none.
  private(set) var rounded: String?
  /// The format of the file.
  let style: CSVStyle
  /// Whether this is a file with lines, not a single row.
  private let hasLines: Bool
  /// Whether its rows are inputs for a trained model, which must be written as the training file was.
  let isInput: Bool
  /// The first row and the reader of the others, from the beginning.
  let start: (first: CSVReader.Row, others: CSVReader)?
  private var reader: CSVReader
  private var pending: CSVReader.Row?

  /// Opens a file and reads its first row. `isInput`: the rows are inputs for a trained model.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file.
  init(contentsOf path: String, style: CSVStyle, isInput: Bool = false) throws {
    self.path = path
    self.isInput = isInput
    self.style = style
    hasLines = true
    reader = try CSVReader(contentsOf: path, separator: style.separator.scalar)
    guard let first = try reader.next() else {
      throw Failure(
        .data, "\(path): there are no rows",
        advice: "each row is one sample, or one step of a sample with data: {source: csv-sequences}")
    }
    start = (first, reader)
    if first.fields.count == 1, let other = style.otherSeparator(in: first.fields[0]) {
      throw Failure(
        .data,
        "\(path):\(first.line): the row has one field between \(style.separator)s, \"\(shortened(first.fields[0]))\"",
        advice: isInput
          ? "the file must have the training file's format, with \(style.separator)s"
          : "write data: {separator: \(other)}")
    }
    if !style.hasHeader {
      columns = first.fields.indices.map(String.init)
      pending = first
      return
    }
    columns = first.fields
    if let place = first.damaged.first {
      throw Failure(
        .data, "\(path):\(first.line): the name of column \(place) is not UTF-8 text",
        advice: "convert the file to UTF-8")
    }
    if style.looksLikeSample(columns) {
      throw Failure(
        .data,
        "\(path):\(first.line): the first row is a sample, not a list of names: \(shortened(columns.joined(separator: ", ")))",
        advice: isInput
          ? "the file must begin with the columns' names, as the training file does"
          : "write data: {header: false}, and name columns by their indices from 0; or put a row of names before it")
    }
    for (index, name) in columns.enumerated() where columns[..<index].contains(name) {
      throw Failure(
        .data, "\(path):\(first.line): two columns are named \"\(shortened(name))\"",
        advice: "give each column its own name, or write header: false if the first row is a sample")
    }
  }

  /// One row that is not from a file, without a header; `names` are the columns' names if the counts match.
  init(row: String, style: CSVStyle, names: [String]) throws {
    path = "\"\(shortened(row))\""
    self.style = style
    hasLines = false
    isInput = true
    start = nil
    reader = CSVReader(bytes: Array(row.utf8), path: path, separator: style.separator.scalar)
    pending = try reader.next()
    let count = pending?.fields.count ?? 0
    columns = count == names.count ? names : (0..<count).map(String.init)
  }

  /// The bytes that are read, and those of the whole file.
  var progress: (done: Int, all: Int) { reader.progress }

  /// Reads the next row; nil at the end.
  /// - Throws: `Failure` (data) naming the line.
  mutating func next() throws -> CSVReader.Row? {
    if let row = pending {
      pending = nil
      return row
    }
    return try reader.next()
  }

  /// The index of a column given by name or index; `use` says what needs it, for the message.
  /// - Throws: `Failure` (data) naming the nearest column.
  func place(of column: String, use: String) throws -> Int {
    if let place = place(of: column) { return place }
    let nearest = nearestName(to: column, among: columns).map { "did you mean \(shortened($0))? " } ?? ""
    throw Failure(
      .data, "\(path): there is no column \"\(column)\", which \(use)",
      advice: "\(nearest)there are \(listed(columns, most: 20))")
  }

  /// The index of a column given by name or index; nil if there is none.
  func place(of column: String) -> Int? {
    columns.firstIndex(of: column) ?? Int(column).flatMap { columns.indices.contains($0) ? $0 : nil }
  }

  /// The index of the column of groups; nil if none are wanted, or the table need not have them and does not.
  /// - Throws: `Failure` (data) naming the nearest column.
  func groupPlace(_ extras: SampleExtras) throws -> Int? {
    guard let column = extras.group, extras.needsGroup || place(of: column) != nil else { return nil }
    return try place(of: column, use: "data.splitBy names")
  }

  /// The number in a field.
  /// - Throws: `Failure` (data) naming line, column and text if it is not a finite number.
  mutating func number(_ row: CSVReader.Row, _ place: Int) throws -> Float {
    let text = row.fields[place]
    guard let number = style.number(text) else {
      guard !row.damaged.contains(place) else { throw notText(row, place) }
      throw fault(
        row, place, text.isEmpty ? "there is no number" : "\"\(shortened(text))\" is not a number",
        advice: advice(on: text, row, place))
    }
    guard number.isFinite else {
      throw fault(
        row, place, "\"\(shortened(text))\" is not a finite number",
        advice: "every number must be finite: put one there, or leave the row out")
    }
    if rounded == nil, number.magnitude >= 0x1p24, let exact = Int(text), Float(exactly: exact) == nil {
      rounded =
        "\(location(row)): column \(name(place)): \(text) becomes \(Int(exactly: number).map(String.init) ?? "\(number)"): float32 has whole numbers up to "
        + "16,777,216; if the column numbers the samples, leave it out by data: {ignore: [\(yaml(name(place)))]}"
    }
    return number
  }

  /// The class in a field.
  /// - Throws: `Failure` (data) naming line and column if the field is empty.
  func label(_ row: CSVReader.Row, _ place: Int) throws -> String {
    try text(row, place, missing: "class", "every sample has a class: put it there, or leave the row out")
  }

  /// The path of an image in a field.
  /// - Throws: `Failure` (data) naming line and column if the field is empty.
  func image(_ row: CSVReader.Row, _ place: Int) throws -> String {
    try text(row, place, missing: "image", "every row names an image file: put its path there, or leave the row out")
  }

  /// The text of a field of several classes; it may be empty.
  /// - Throws: `Failure` (data) naming line and column if the field is not text.
  func labels(_ row: CSVReader.Row, _ place: Int) throws -> String {
    guard !row.damaged.contains(place) else { throw notText(row, place) }
    return row.fields[place]
  }

  /// The name of the sample to which a row belongs.
  /// - Throws: `Failure` (data) naming line and column if the field is empty.
  func sample(_ row: CSVReader.Row, _ place: Int) throws -> String {
    try text(
      row, place, missing: "name of a sample",
      "each row is a step of the sample that this column names: put its name there, or leave the row out")
  }

  /// The group in a field.
  /// - Throws: `Failure` (data) naming line and column if the field is empty.
  func group(_ row: CSVReader.Row, _ place: Int) throws -> String {
    try text(
      row, place, missing: "group",
      "data.splitBy keeps samples of one group together: put the group there, or leave the row out")
  }

  /// The weight in a field.
  /// - Throws: `Failure` (data) naming line, column and text if it is not a finite number from 0 up.
  func weight(_ row: CSVReader.Row, _ place: Int) throws -> Double {
    let text = row.fields[place]
    guard let weight = style.double(text), weight.isFinite, weight >= 0 else {
      throw fault(
        row, place, text.isEmpty ? "there is no weight" : "the weight \"\(shortened(text))\" is not a number from 0 up",
        advice: "samples are drawn in proportion to their weights: write 1 for a usual sample, 0 for one to leave out")
    }
    return weight
  }

  private func text(_ row: CSVReader.Row, _ place: Int, missing: String, _ advice: String) throws -> String {
    guard !row.damaged.contains(place) else { throw notText(row, place) }
    guard !row.fields[place].isEmpty else { throw fault(row, place, "there is no \(missing)", advice: advice) }
    return row.fields[place]
  }

  /// The time in a field.
  /// - Throws: `Failure` (data) naming line, column and text if it is not a finite number.
  func time(_ row: CSVReader.Row, _ place: Int) throws -> Double {
    let text = row.fields[place]
    guard let time = style.double(text), time.isFinite else {
      throw fault(
        row, place, text.isEmpty ? "there is no time" : "the time \"\(shortened(text))\" is not a finite number",
        advice: "write it as a number, such as seconds; or leave data.time out if each sample's rows are in order")
    }
    return time
  }

  /// A notice about an unnamed input column that numbers the rows, as pandas writes it; nil if there is none. `inputs`
  /// are the rows' numbers at `places`.
  func numbering(_ places: [Int], of inputs: [Float]) -> String? {
    let rows = inputs.count / places.count
    guard rows > 2, let index = places.firstIndex(where: { columns[$0].isEmpty }),
      inputs[index] == 0 || inputs[index] == 1
    else { return nil }
    guard (1..<rows).allSatisfy({ inputs[$0 * places.count + index] == inputs[index] + Float($0) }) else { return nil }
    return
      "\(path): column \(places[index]) has no name and numbers the rows, as pandas writes it, and is an input like any other; "
      + "leave it out by data: {ignore: [\(places[index])]}"
  }

  private func notText(_ row: CSVReader.Row, _ place: Int) -> Failure {
    fault(row, place, "the field is not UTF-8 text", advice: "convert the file to UTF-8")
  }

  private func location(_ row: CSVReader.Row) -> String { hasLines ? "\(path):\(row.line)" : path }

  /// A failure that names the line and the column.
  func fault(_ row: CSVReader.Row, _ place: Int, _ message: String, advice: String) -> Failure {
    Failure(.data, "\(location(row)): column \(name(place)): \(message)", advice: advice)
  }

  /// The column's name for messages, or its index if it has none.
  func name(_ place: Int) -> String { columns[place].isEmpty ? "\(place)" : columns[place] }
}

/// A column's name as YAML, ready to copy.
func yaml(_ name: String) -> String {
  let isPlain = name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.-]*/) != nil
  return isPlain ? name : "'\(name.replacing("'", with: "''"))'"
}
