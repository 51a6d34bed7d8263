import Diagnostics
import Formats
import Tensors

extension SequenceDataset {
  /// Reads the samples of a table with a row for each step, in the order of their first rows.
  /// - Parameters:
  ///   - classNames: the names of the training samples' classes; nil to use those of the file, sorted.
  ///   - isInput: whether these are inputs for a trained model.
  ///   - report: called with the first fault of each sample that has one; throws it by default.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line, the column and what would be right.
  package static func reading(
    csv path: String, style: CSVStyle, form: CSVSequenceForm, classNames: [String]? = nil, isInput: Bool = false,
    report: (Failure) throws -> Void = { throw $0 }
  ) throws -> SequenceDataset {
    let table = try CSVTable(contentsOf: path, style: style, isInput: isInput)
    var rows = try CSVSequenceRows(table, form, report: report)
    let order = try rows.order(report: report)
    var inputs = RaggedSteps<Float>(features: form.columns.inputs.count)
    for (_, steps) in order {
      for row in steps { inputs.append(step: rows.inputs[row * inputs.features..<(row + 1) * inputs.features]) }
      inputs.end()
    }
    let targets = CSVSequenceTargets(rows: rows, order: order, starts: inputs.starts, form: form, path: table.path)
    let (made, names) = try targets.make(classNames: classNames)
    let samples = SequenceDataset(
      inputs, targets: made, classNames: names, path: table.path, names: .texts(order.map { rows.names[$0.sample] }),
      columns: form.columns.inputs, notices: [rows.rounded].compactMap(\.self))
    if case .numbers(let columns) = form.columns.target, style.hasHeader {
      samples.targetNames = columns.compactMap { table.place(of: $0).map(table.name) }
    }
    if form.extras.weight != nil { samples.sampleWeights = try rows.common(rows.weights, of: order, "weight") }
    samples.groups = try rows.groupColumn.map { column in
      SampleGroups(try rows.common(rows.groups, of: order, "group"), from: column)
    }
    return samples
  }
}

extension CSVSequenceRows {
  /// What the rows of each sample have in common.
  /// - Throws: `Failure` (data) naming the line of a row that has something else.
  fileprivate func common<Value: Equatable>(
    _ values: [Value], of order: [(sample: Int, rows: [Int])], _ name: String
  ) throws -> [Value] {
    try order.map { sample, steps in
      let first = steps.min() ?? 0
      if let other = steps.filter({ values[$0] != values[first] }).min() {
        throw Failure(
          .data,
          "\(path):\(lines[other]): sample \(names[sample]) has another \(name), \(values[other]), than on line "
            + "\(lines[first]), \(values[first])",
          advice: "all rows of a sample have the same \(name)")
      }
      return values[first]
    }
  }
}

/// Makes the targets of samples from the rows of a table.
private struct CSVSequenceTargets {
  let rows: CSVSequenceRows
  let order: [(sample: Int, rows: [Int])]
  let starts: [Int]
  let form: CSVSequenceForm
  let path: String

  /// The targets, and the names of the classes.
  func make(classNames: [String]?) throws -> (SequenceTargets, [String]) {
    switch form.columns.target {
    case .none: return (.none(count: order.count), [])
    case .label(let column):
      let names = classNames ?? ClassLabels.sorted(Set(rows.labels))
      let indices = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
      let classes = try targetRows { rows.labels[$0] == rows.labels[$1] }.map { row in
        guard let index = indices[rows.labels[row]] else {
          throw Failure(
            .data,
            "\(path):\(rows.lines[row]): column \(column): \"\(shortened(rows.labels[row]))\" is not a class of the training samples",
            advice: "they have the classes \(names.joined(separator: ", "))")
        }
        return index
      }
      return (form.targetOf == .step ? .stepClasses(classes, offsets: .listed(starts)) : .classes(classes), names)
    case .numbers(let columns):
      let width = columns.count
      func numbers(_ row: Int) -> ArraySlice<Float> { rows.numbers[row * width..<(row + 1) * width] }
      let values = try targetRows { numbers($0) == numbers($1) }.flatMap(numbers)
      guard form.targetOf == .step else {
        return (.numbers(RaggedSteps(rows: values, features: width), shape: .vector(width)), [])
      }
      return (.stepNumbers(RaggedSteps(features: width, values: values, starts: starts)), [])
    }
  }

  /// The rows whose targets count: all, or the first one of each sample.
  /// - Throws: `Failure` (data) naming the line, if the other rows of a sample have other targets.
  private func targetRows(areSame: (_ row: Int, _ other: Int) -> Bool) throws -> [Int] {
    guard form.targetOf == .sample else { return order.flatMap(\.rows) }
    return try order.map { sample, steps in
      let first = steps.min() ?? 0
      if let other = steps.filter({ !areSame(first, $0) }).min() {
        throw Failure(
          .data,
          "\(path):\(rows.lines[other]): sample \(rows.names[sample]) has another target than on line "
            + "\(rows.lines[first])",
          advice: "all rows of a sample have the same label or numbers; if each step has its own, write data: "
            + "{targetOf: step}")
      }
      return first
    }
  }
}
