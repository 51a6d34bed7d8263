import Diagnostics

/// Which columns of a table are what.
public struct CSVColumns: Equatable, Sendable {
  /// What the outputs should be.
  public enum Target: Equatable, Sendable {
    /// A class, named in this column.
    case label(String)
    /// The numbers in these columns.
    case numbers([String])
    /// Nothing: inputs only.
    case none
  }

  /// The columns of the inputs.
  public let inputs: [String]
  /// What the outputs should be.
  public let target: Target

  /// These columns.
  public init(inputs: [String], target: Target) {
    self.inputs = inputs
    self.target = target
  }

  /// The columns of a file: the target, and as inputs all others that are not ignored. A target that is nil is the last
  /// column: a label where outputs are classes, else a number.
  /// - Throws: `Failure` (noInput, inputOutput, data) where the file cannot be read or lacks one of these columns.
  public init(
    of path: String, style: CSVStyle, outputs: NumPyDataset.TargetKind, label: String?, targets: [String]?,
    ignoring ignored: [String]
  ) throws {
    let table = try CSVTable(contentsOf: path, style: style)
    let last = table.columns[table.columns.count - 1]
    var taken = Set(try ignored.map { try table.place(of: $0, use: "data.ignore names") })
    switch outputs {
    case .classes:
      target = .label(label ?? last)
      taken.insert(try table.place(of: label ?? last, use: "data.label names"))
    case .values:
      target = .numbers(targets ?? [last])
      for column in targets ?? [last] { taken.insert(try table.place(of: column, use: "data.targets names")) }
    }
    inputs = table.columns.indices.filter { !taken.contains($0) }.map { table.columns[$0] }
    guard !inputs.isEmpty else {
      guard
        let other = table.columns.count == 1 ? ["|", " ", ":"].first(where: { table.columns[0].contains($0) }) : nil
      else {
        throw Failure(
          .data, "\(path): no column is left for the inputs", advice: "a table has inputs and a label or target columns"
        )
      }
      throw Failure(
        .data, "\(path):1: the row has one field between \(style.separator)s, \"\(shortened(table.columns[0]))\"",
        advice: "fields are separated by a comma, a semicolon or a tab: put one in place of each \"\(other)\"")
    }
  }

  /// The target of another file for inputs that are known.
  /// - Throws: as for the columns of a file, and `Failure` (data) where the target is one of the inputs.
  public init(
    of path: String, style: CSVStyle, outputs: NumPyDataset.TargetKind, label: String?, targets: [String]?,
    inputs: [String]
  ) throws {
    let table = try CSVTable(contentsOf: path, style: style)
    let last = table.columns[table.columns.count - 1]
    self.inputs = inputs
    target = outputs == .classes ? .label(label ?? last) : .numbers(targets ?? [last])
    if label == nil, targets == nil, inputs.contains(last) {
      throw Failure(
        .data, "\(path): the last column, \(last), is an input, so there is nothing to compare outputs with",
        advice: "the file needs the inputs, and behind them the column that was the target in training")
    }
  }
}
