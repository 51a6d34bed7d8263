import DPTrain
import Foundation

/// Shows outputs: the class and its probability, the class of each step, or numbers.
struct PredictionTable {
  private let meaning: OutputMeaning
  private let outputs: Shape
  private let classNames: [String]
  /// The names of the outputs; empty if these are classes, or the names are not those of all outputs.
  private let names: [String]
  private let separator: String

  /// More outputs stand in one cell.
  private static let mostColumns = 10

  /// A table for a network's outputs; `separator` stands between the classes of a sample's steps.
  init(network: Network, facts: DataFacts, separator: String) {
    meaning = network.loss.meaning
    outputs = network.model.outputShape
    classNames = facts.classNames
    let known = meaning == .classes ? [] : facts.targetNames ?? []
    names = known.count == outputs.count ? known : []
    self.separator = separator
  }

  private var hasColumns: Bool { !names.isEmpty && names.count <= PredictionTable.mostColumns }

  /// The headings of the cells of the outputs.
  var outputHeadings: [String] {
    switch meaning {
    case _ where hasColumns: names
    case .classes: outputs.isSequence ? ["predicted"] : ["predicted", "probability"]
    case .events: ["probabilities"]
    case .values: ["outputs"]
    }
  }

  /// The usual width of a cell of one output.
  var cellWidth: Int { !hasColumns ? 0 : meaning == .events ? 7 : 9 }

  /// Whether the first cell is a class's name.
  var showsClass: Bool { meaning == .classes && !outputs.isSequence }

  /// One sample's cells.
  func cells(_ values: [Float]) -> [String] {
    switch meaning {
    case .classes where outputs.isSequence: [text(of: classes(values))]
    case .classes: [text(of: classes(values)), Format.percent(Double(values.max() ?? 0))]
    case .events: cells(values.map { Format.percent(Double($0)) })
    case .values: cells(values.map { String(format: "%g", $0) })
    }
  }

  /// A cell for each output if they have names and are not too many, else one for all.
  private func cells(_ texts: [String]) -> [String] {
    if hasColumns { return texts }
    guard !names.isEmpty else { return [texts.joined(separator: " ")] }
    return [zip(names, texts).map { "\($0) \($1)" }.joined(separator: ", ")]
  }

  /// The most probable class of each step.
  func classes(_ values: [Float]) -> [Int] {
    stride(from: 0, to: values.count, by: outputs.features).map { first in
      let probabilities = values[first..<first + outputs.features]
      return (probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? first) - first
    }
  }

  /// The classes' names; a dot for each step without a class.
  func text(of classes: [Int?]) -> String {
    classes.map { index in
      index.map { $0 < classNames.count ? classNames[$0] : String($0) } ?? "·"
    }.joined(separator: separator)
  }

  /// A line of JSON has the probabilities of up to this number of classes, the most probable ones.
  private static let jsonClasses = 100

  private struct Line: Encodable {
    let input: String
    var output: String?
    var probability: Double?
    var probabilities: [String: Double]?
    var outputs: [Float]?
    var named: [String: Float]?
  }

  /// One sample as a line of JSON. `output` is the class, or the classes of all steps. `named` has the outputs by their names.
  func json(_ input: String, _ values: [Float]) throws -> String {
    var line = Line(input: input)
    switch meaning {
    case .classes:
      line.output = text(of: classes(values))
      guard !outputs.isSequence else { break }
      line.probability = values.max().map(Double.init)
      let likely = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(PredictionTable.jsonClasses)
      line.probabilities = Dictionary(
        likely.map { (text(of: [$0]), Double(values[$0])) }, uniquingKeysWith: { first, _ in first })
    case .events, .values:
      line.outputs = values
      if !names.isEmpty { line.named = Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first }) }
    }
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
  }
}
