import Diagnostics
import Formats
import Foundation
import Tensors

/// Reads inputs for a model that was trained on a table: the rows of a CSV file, or one row as text.
public struct CSVInputReader: InputReader {
  private let columns: CSVColumns
  private let style: CSVStyle

  /// A reader of rows with the input columns of the training.
  /// - Throws: `Failure` (data) if the facts have no columns.
  public init(facts: DataFacts, style: CSVStyle) throws {
    guard let inputs = facts.columns else {
      throw Failure(
        .data, "the run's data.json holds no columns", advice: "train again: the run was trained on other data")
    }
    columns = CSVColumns(inputs: inputs, target: .none)
    self.style = style
  }

  /// Reads all rows of the file with that name, which may have further columns; or one row of inputs, if the text is
  /// one.
  public func samples(_ input: String) throws -> any Dataset {
    if FileManager.default.fileExists(atPath: input) {
      return try CSVDataset(CSVTable(contentsOf: input, style: style, isInput: true), columns: columns)
    }
    let table = try CSVTable(row: input, style: style, names: columns.inputs)
    let (count, wanted) = (table.columns.count, columns.inputs.count)
    guard count == wanted, wanted > 1 || style.number(input) != nil else {
      let names = listed(columns.inputs, most: 20)
      guard count == 1 else {
        throw Failure(
          .data, "\"\(shortened(input))\" has \(counted(count, "field")), but the inputs are \(wanted)",
          advice: "a row has the inputs alone: \(names)")
      }
      throw Failure(
        style.number(input) == nil ? .noInput : .data,
        "\"\(shortened(input))\" is neither a file nor a row of \(counted(wanted, "number")) separated by a \(style.separator)",
        advice: "the inputs are \(names)")
    }
    return try CSVDataset(table, columns: CSVColumns(inputs: table.columns, target: .none))
  }

  /// The endings of tables.
  public var fileEndings: [String] { ["csv", "tsv", "csv.gz"] }

  /// Reads the rows of a file block by block. Unreadable rows are numbered too.
  public func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    var table = try CSVTable(contentsOf: path, style: style, isInput: true)
    let places = try columns.inputs.map { try table.place(of: $0, use: "the model reads") }
    var (rows, numbers, number): ([Float], [Int], Int) = ([], [], 0)
    func give() throws {
      guard !numbers.isEmpty else { return }
      try body(CSVDataset(inputs: rows, columns: columns)) { "\(path)[\(numbers[$0])]" }
      (rows, numbers) = ([], [])
    }
    while true {
      do {
        guard let row = try table.next() else { break }
        rows += try places.map { try table.number(row, $0) }
        numbers.append(number)
      } catch let failure as Failure {
        // Keep the rows' order: pass on the rows before the fault first.
        try give()
        report(failure)
      }
      number += 1
      if numbers.count == 64 { try give() }
    }
    try give()
    if number == 0 {
      throw Failure(.data, "\(path): there are no rows after the header", advice: "each row is one sample")
    }
  }
}
