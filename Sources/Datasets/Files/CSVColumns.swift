import Diagnostics

/// The use of a table's columns.
public struct CSVColumns: Equatable, Sendable {
  /// The kind of target.
  public enum Target: Equatable, Sendable {
    /// The class in this column.
    case label(String)
    /// The numbers in these columns.
    case numbers([String])
    /// No target: inputs only.
    case none
  }

  /// The columns of the inputs.
  public let inputs: [String]
  /// The target.
  public let target: Target

  /// Bundles the columns.
  public init(inputs: [String], target: Target) {
    self.inputs = inputs
    self.target = target
  }

  /// The columns of a file. The inputs are all but the target, those that are ignored, and those of weights and groups. If
  /// nothing names the target, it is the last column: a label if targets are classes, else a number.
  /// - Throws: `Failure` (noInput, inputOutput, data) if the file cannot be read or lacks one of these columns.
  public init(
    of path: String, style: CSVStyle, outputs: NumPyDataset.TargetKind, label: String?, targets: [String]?,
    ignoring ignored: [String], extras: SampleExtras = SampleExtras()
  ) throws {
    let table = try CSVTable(contentsOf: path, style: style)
    let last = table.columns[table.columns.count - 1]
    var taken = Set(try ignored.map { try table.place(of: $0, use: "data.ignore names") })
    for (column, key) in [(extras.weight, "data.weight"), (extras.group, "data.splitBy")] {
      guard let column else { continue }
      let place = try table.place(of: column, use: "\(key) names")
      taken.insert(place)
      guard place < table.columns.count - 1 || (outputs == .classes ? label != nil : targets != nil) else {
        throw Failure(
          .data, "\(path): the last column, \(last), would be the target, but \(key) names it",
          advice: "name the target: data: {\(outputs == .classes ? "label: NAME" : "targets: [NAME]")}")
      }
    }
    switch outputs {
    case .classes:
      target = .label(label ?? last)
      taken.insert(try table.place(of: label ?? last, use: "data.label names"))
    case .values:
      target = .numbers(targets ?? [last])
      for column in targets ?? [last] { taken.insert(try table.place(of: column, use: "data.targets names")) }
    }
    try target.checkGroups(extras.group, in: table)
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

  /// The target of another file with known inputs.
  /// - Throws: as for the columns of a file, and `Failure` (data) if the target is one of the inputs.
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
        advice: "the file needs the inputs and, after them, the column that was the target in training")
    }
  }
}

extension CSVColumns.Target {
  /// Checks that the target does not say the group of a sample, too.
  fileprivate func checkGroups(_ group: String?, in table: CSVTable) throws {
    let columns: [String] =
      switch self {
      case .label(let column): [column]
      case .numbers(let columns): columns
      case .none: []
      }
    let places = columns.map(table.place(of:))
    guard let group = group.flatMap(table.place(of:)), places.contains(group) else { return }
    throw SampleGroups.ofTarget(table.columns[group], path: table.path)
  }
}
