import Diagnostics
import Formats
import Tensors

/// Samples that are rows of a CSV file: numbers, with a class or further numbers as the target.
public final class CSVDataset: Dataset {
  /// False: a sample is the same in every epoch.
  public let variesByEpoch = false
  /// [input columns].
  public let inputShape: Shape
  /// One class, or one number per target column.
  public let targetLayout: TargetLayout
  /// The distinct values of the label column, sorted (as numbers if all are whole); empty if targets are numbers.
  public let classNames: [String]
  /// The names of the target columns; empty if the first row names none.
  public let targetNames: [String]
  /// Number of rows.
  public let count: Int
  /// False: rows have no steps.
  public let hasLengths = false
  /// The use of the file's columns.
  public let columns: CSVColumns
  /// The class of each row; nil if targets are numbers.
  public let classes: [Int32]?
  /// The weight of each row; nil if none were read.
  public let sampleWeights: [Double]?
  /// The group of each row, from the column's name; nil if none were read.
  public let groups: SampleGroups?
  /// Notices about the numbers, such as rounding.
  public let notices: [String]
  private let inputs: [Float]
  private let values: [Float]
  private let path: String
  /// The line of the file on which each row begins.
  private let lines: [Int32]

  /// Reads all rows of a file. `classNames` are those of the training samples; nil to use the file's own.
  /// `extras` names the columns of weights and groups.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line, the column and what would be right.
  public convenience init(
    contentsOf path: String, style: CSVStyle, columns: CSVColumns, classNames: [String]? = nil,
    extras: SampleExtras = SampleExtras()
  ) throws {
    try self.init(CSVTable(contentsOf: path, style: style), columns: columns, classNames: classNames, extras: extras)
  }

  /// Rows of inputs, without targets.
  init(inputs: [Float], columns: CSVColumns) {
    self.inputs = inputs
    self.columns = columns
    values = []
    classes = nil
    sampleWeights = nil
    groups = nil
    classNames = []
    notices = []
    path = ""
    lines = []
    count = inputs.count / columns.inputs.count
    inputShape = .vector(columns.inputs.count)
    targetLayout = .oneClass
    targetNames = []
  }

  init(
    _ source: CSVTable, columns: CSVColumns, classNames names: [String]? = nil, extras: SampleExtras = SampleExtras()
  ) throws {
    var table = source
    table.target = columns.target
    let inputPlaces = try columns.inputs.map { try table.place(of: $0, use: "the model reads") }
    var labelPlace: Int?
    var targetPlaces: [Int] = []
    switch columns.target {
    case .label(let column): labelPlace = try table.place(of: column, use: "data.label names")
    case .numbers(let columns): targetPlaces = try columns.map { try table.place(of: $0, use: "data.targets names") }
    case .none: break
    }
    let weightPlace = try extras.weight.map { try table.place(of: $0, use: "data.weight names") }
    let groupPlace = try table.groupPlace(extras)
    var (inputs, values): ([Float], [Float]) = ([], [])
    var (weights, groups): ([Double], [String]) = ([], [])
    var labels: [(text: String, line: Int)] = []
    var lines: [Int32] = []
    let work = LongWork("reading \(source.path)", total: table.progress.all)
    while let row = try table.next() {
      for place in inputPlaces { inputs.append(try table.number(row, place)) }
      for place in targetPlaces { values.append(try table.number(row, place)) }
      if let weightPlace { weights.append(try table.weight(row, weightPlace)) }
      if let groupPlace { groups.append(try table.group(row, groupPlace)) }
      if let labelPlace { labels.append((try table.label(row, labelPlace), row.line)) }
      lines.append(Int32(truncatingIfNeeded: row.line))
      if lines.count.isMultiple(of: 256) { work.show(done: table.progress.done) }
    }
    guard !lines.isEmpty else {
      throw Failure(.data, "\(table.path): there are no rows after the header", advice: "each row is one sample")
    }
    let numbering = labelPlace == nil && targetPlaces.isEmpty ? nil : table.numbering(inputPlaces, of: inputs)
    notices = [table.rounded, numbering].compactMap(\.self)
    let classNames = labelPlace == nil ? [] : names ?? ClassLabels.sorted(Set(labels.map(\.text)))
    let indices = Dictionary(uniqueKeysWithValues: zip(classNames, Int32(0)...))
    classes =
      labelPlace == nil
      ? nil
      : try labels.map { text, line in
        guard let index = indices[text] else {
          throw Failure(
            .data, "\(table.path):\(line): \"\(shortened(text))\" is not a class of the training samples",
            advice: "they have the classes \(listed(classNames, most: 20))")
        }
        return index
      }
    sampleWeights = weightPlace == nil ? nil : weights
    self.groups = groupPlace.map { SampleGroups(groups, from: table.name($0)) }
    count = lines.count
    self.lines = lines
    path = table.path
    self.columns = columns
    self.classNames = classNames
    self.inputs = inputs
    self.values = values
    inputShape = .vector(inputPlaces.count)
    targetNames = table.style.hasHeader ? targetPlaces.map(table.name) : []
    targetLayout = targetPlaces.isEmpty ? .oneClass : .values(.vector(targetPlaces.count))
  }

  /// The shape, the classes and the columns.
  public var facts: DataFacts {
    DataFacts(
      inputShape: inputShape.extents, classNames: classNames, targetNames: targetNames, columns: columns.inputs,
      hasLengths: hasLengths)
  }

  /// The file and the line.
  public func place(of index: Int) -> String { lines.isEmpty ? "sample \(index)" : "\(path):\(lines[index])" }

  /// The first numbers of the row, at most eight.
  public func text(of index: Int) -> String {
    let width = inputShape.features
    let shown = inputs[index * width..<index * width + min(width, 8)].map { "\($0)" }.joined(separator: ", ")
    return width > 8 ? shown + ", …" : shown
  }

  /// Copies rows.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count)
    let view = batch.view
    let width = inputShape.features
    for (place, index) in indices.enumerated() {
      copy(inputs, index * width..<(index + 1) * width, to: view.row(step: 0, sample: place).floats)
      switch batch.targets {
      case .classes, .mixedClasses: batch.classes[place] = classes?[index] ?? 0
      case .values(let view):
        copy(values, index * view.columns..<(index + 1) * view.columns, to: view.row(step: 0, sample: place).floats)
      }
    }
  }

  private func copy(_ source: [Float], _ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    for (offset, value) in source[range].enumerated() { target[offset] = value }
  }
}
