import Diagnostics

/// The use of the columns of a table with a row for each step of each sample.
public struct CSVSequenceForm: Equatable, Sendable {
  /// Whose the label or the target numbers are.
  public enum TargetOwner: String, CaseIterable, Sendable {
    /// The sample's: all its rows have the same.
    case sample
    /// Each row's own.
    case step
  }

  /// The column that says to which sample a row belongs.
  public let sample: String
  /// The column by which the rows of a sample are ordered; nil if they are in order.
  public let time: String?
  /// Whose the targets are.
  public let targetOf: TargetOwner
  /// The columns of the inputs and of the target.
  public let columns: CSVColumns
  /// The columns of weights and groups, the same in all rows of a sample.
  public var extras = SampleExtras()

  /// Bundles the columns.
  public init(sample: String, time: String?, targetOf: TargetOwner, columns: CSVColumns) {
    self.sample = sample
    self.time = time
    self.targetOf = targetOf
    self.columns = columns
  }

  /// The columns of a file: the sample, the time, the target, and as inputs `channels` or, if nil, all others that are
  /// not ignored.
  /// - Throws: as `CSVColumns`, and `Failure` (data) if a column is used twice, or used and ignored.
  public init(
    of path: String, style: CSVStyle, outputs: NumPyDataset.TargetKind, sample: String, time: String?,
    targetOf: TargetOwner, label: String?, targets: [String]?, channels: [String]?, ignoring ignored: [String],
    extras: SampleExtras = SampleExtras()
  ) throws {
    let table = try CSVTable(contentsOf: path, style: style)
    _ = try table.place(of: sample, use: "data.sample names")
    if let time { _ = try table.place(of: time, use: "data.time names") }
    let found = try CSVColumns(
      of: path, style: style, outputs: outputs, label: label, targets: targets,
      ignoring: ignored + [sample] + (time.map { [$0] } ?? []), extras: extras)
    let chosen = try channels?.map { table.columns[try table.place(of: $0, use: "data.channels names")] }
    self.init(
      sample: sample, time: time, targetOf: targetOf,
      columns: CSVColumns(inputs: chosen ?? found.inputs, target: found.target))
    self.extras = extras
    try checkUses(in: table, ignoring: ignored)
  }

  /// Checks that no column has two uses, or has one and is ignored.
  private func checkUses(in table: CSVTable, ignoring ignored: [String]) throws {
    var uses = [(use: "data.sample", column: sample)]
    if let time { uses.append(("data.time", time)) }
    switch columns.target {
    case .label(let column): uses.append(("the label", column))
    case .numbers(let columns): uses += columns.map { ("a target", $0) }
    case .none: break
    }
    uses += columns.inputs.map { ("a channel", $0) }
    var first: [Int: String] = [:]
    for (use, column) in uses {
      let place = try table.place(of: column, use: "\(use) names")
      if let other = first.updateValue(use, forKey: place) {
        throw Failure(
          .data,
          "\(table.path): the column \(table.columns[place]) is \(other == use ? "\(use) twice" : "\(other) and also \(use)")",
          advice: other == use
            ? "name it once in data.\(use == "a channel" ? "channels" : "targets")"
            : "name the columns by data.sample, data.time, data.channels, and data.label or data.targets; without "
              + "a name, the last column is the target")
      }
    }
    for column in ignored {
      let place = try table.place(of: column, use: "data.ignore names")
      guard let use = first[place] else { continue }
      throw Failure(
        .data, "\(table.path): the column \(table.columns[place]) is in data.ignore, but also \(use)",
        advice: use == "the label" || use == "a target"
          ? "take it out of data.ignore; without data.label or data.targets, the last column is the target"
          : "take it out of data.ignore")
    }
  }
}
