import Diagnostics
import Formats
import Foundation
import Tensors

/// Reads samples for a model that was trained on a table: the rows of a CSV file, or one row as text.
public struct CSVInputReader: InputReader {
  private let columns: CSVColumns
  private let style: CSVStyle

  /// A reader of rows with the columns that training took as inputs.
  /// - Throws: `Failure` (data) where the facts hold no columns.
  public init(facts: DataFacts, style: CSVStyle) throws {
    guard let inputs = facts.columns else {
      throw Failure(
        .data, "the run's data.json holds no columns", advice: "train again: the run was trained on other data")
    }
    columns = CSVColumns(inputs: inputs, target: .none)
    self.style = style
  }

  /// All rows of the file of that name, which may have further columns; or the row that the text is, with the inputs
  /// alone.
  public func samples(_ input: String) throws -> any Dataset {
    if FileManager.default.fileExists(atPath: input) {
      return try CSVDataset(contentsOf: input, style: style, columns: columns)
    }
    let table = try CSVTable(row: input, style: style)
    guard table.columns.count == columns.inputs.count, columns.inputs.count > 1 || Float(input) != nil else {
      throw Failure(
        .noInput,
        "\"\(input)\" is no file, and no row of \(columns.inputs.count) numbers separated by a \(style.separator)",
        advice: "the inputs are \(columns.inputs.joined(separator: ", "))")
    }
    let places = CSVColumns(inputs: table.columns, target: .none)
    return try CSVDataset(table, columns: places)
  }
}
