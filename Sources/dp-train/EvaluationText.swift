import DPTrain
import Foundation

/// The result of `evaluate`, as text and as JSON.
struct EvaluationText {
  /// The matrix is shown up to this number of classes.
  private static let shownClasses = 30
  /// Rows of each table if there are more classes.
  private static let rows = 10

  private let report: EvaluationReport
  private let recipe: Recipe
  /// The file or folder that was measured; nil for samples of the recipe.
  private let path: String?
  /// Whether each step has a class, so that classes and the matrix count steps.
  private let countsSteps: Bool
  private let counts: [Int: ConfusionCounts.ClassCount]
  private let names: [String]

  /// The result of an evaluation that the recipe asked for; `path` is the file or folder of `data`, nil for samples of the recipe.
  init(_ report: EvaluationReport, of data: any Dataset, at path: String?, recipe: Recipe) {
    self.report = report
    self.recipe = recipe
    self.path = path
    countsSteps = data.targetLayout.areOfSteps && !report.confusion.isEmpty
    counts = report.confusion.classes
    // Quotes make a name of spaces visible.
    names = report.partNames.map { $0.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? "\"\($0)\"" : $0 }
  }

  private struct Line: Encodable {
    let split, data: String?
    let precision: String
    let samples: Int
    let steps: Int?
    let loss: Number
    let accuracy: Number?
    let classes: [String]
    let outputs: [String]?
    let confusion: [[Int]]
    let metrics: [String: Metric]
  }

  /// A number in JSON; null if no label counts.
  private struct Number: Encodable {
    let value: Double?

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
  }

  /// A metric in JSON; its value is null if it is not defined.
  private struct Metric: Encodable {
    let value: MetricValue

    private enum CodingKeys: CodingKey {
      case value, low, high, parts
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value.value, forKey: .value)
      try container.encodeIfPresent(value.interval?.low, forKey: .low)
      try container.encodeIfPresent(value.interval?.high, forKey: .high)
      if !value.parts.isEmpty { try container.encode(value.parts, forKey: .parts) }
    }
  }

  /// One line of JSON. `data` is the file or folder that was measured, in place of the recipe's `split`; `steps` are those with a
  /// class, if each step has one. `confusion` has [actual, predicted, count] for each pair of classes that occurs; both are indices
  /// into `classes`. `outputs` names labels or numbers, if they have names. `metrics` has each metric's value, the ends of its
  /// interval, and its values for each class, label or output.
  func json() throws -> String {
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    let confusion = report.confusion
    let line = Line(
      split: path == nil ? report.split.rawValue : nil, data: path, precision: recipe.precision.rawValue,
      samples: report.samples, steps: countsSteps ? report.confusion.samples : nil,
      loss: Number(value: report.definedLoss),
      accuracy: report.accuracy.map { _ in Number(value: report.definedAccuracy) }, classes: report.classNames,
      outputs: report.targetNames.isEmpty ? nil : report.targetNames,
      confusion: confusion.pairs.map { [$0.actual, $0.predicted, $0.count] },
      metrics: Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.metric.name, Metric(value: $0)) }))
    return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
  }

  /// What was measured, and tables of it.
  var text: String {
    "\(recipe.name): \(path ?? "\(report.split.rawValue) samples"), \(recipe.precision.rawValue)\n\n" + tables
  }

  /// A row for each class, the means and the confusion matrix; if there are too many classes, the best and worst of them
  /// and the most frequent mistakes.
  private var tables: String {
    guard !report.confusion.isEmpty, let accuracy = report.accuracy else {
      return Format.table([["samples", Format.count(report.samples)]] + means) + parts
    }
    let all = ["all", Format.count(report.confusion.samples), Format.count(report.confusion.right)]
    let total = all + [Format.percent(accuracy)]
    guard names.count > EvaluationText.shownClasses else {
      return table(Array(names.indices), total: total) + "\n" + Format.table(means) + parts + "\n" + matrix
    }
    let ranked = counts.filter { $0.value.samples > 0 }.sorted {
      ($0.value.accuracy ?? 0, -$0.value.samples, $0.key) < ($1.value.accuracy ?? 0, -$1.value.samples, $1.key)
    }.map(\.key)
    let best = ranked.sorted {
      (counts[$1]?.accuracy ?? 0, counts[$1]?.samples ?? 0, $0) < (
        counts[$0]?.accuracy ?? 0, counts[$0]?.samples ?? 0, $1
      )
    }
    let shown = min(EvaluationText.rows, ranked.count)
    return
      "the \(shown) classes of the lowest accuracy, of \(Format.count(ranked.count)) that \(noun) have\n"
      + table(Array(ranked.prefix(shown)), total: nil) + "\nthe \(shown) of the highest\n"
      + table(Array(best.prefix(shown)), total: total) + "\n" + Format.table(means) + confused
  }

  private func table(_ classes: [Int], total: [String]?) -> String {
    let rows = classes.map { index in
      let count = counts[index] ?? ConfusionCounts.ClassCount()
      return [
        names[index], Format.count(count.samples), Format.count(count.right), count.accuracy.map(Format.percent) ?? "–",
      ]
    }
    return Format.table(
      [["class", noun, "right", "accuracy"]] + rows + (total.map { [$0] } ?? []), right: [1, 2, 3])
  }

  /// A row for the loss and for each metric, with its interval.
  private var means: [[String]] {
    let loss = MetricValue(metric: .loss, value: report.loss)
    let accuracy = report.accuracy.map { MetricValue(metric: .accuracy, value: $0) }
    let others = [loss, accuracy].compactMap(\.self).filter { value in
      !report.metrics.contains { $0.metric == value.metric }
    }
    return (others + report.metrics).map { value in
      let interval = value.interval.map {
        "95 %: \(Format.metric(value.metric, $0.low)) to \(Format.metric(value.metric, $0.high))"
      }
      let isOfNothing = value.metric == .loss && report.countsNothing == true
      let reason = isOfNothing ? "no label counts" : value.value == nil ? "not defined for these samples" : nil
      return [value.metric.name, Format.metric(value.metric, value.value)]
        + [interval ?? reason].compactMap(\.self)
    }
  }

  /// A table of the metrics of each class, label or output; empty if there are none, or too many to show.
  private var parts: String {
    let metrics = report.partMetrics
    let count = metrics.first?.parts.count ?? 0
    guard count > 0, count <= EvaluationText.shownClasses else { return "" }
    let rows = (0..<count).map { index in
      [index < names.count ? names[index] : "\(index)"]
        + metrics.map { Format.metric($0.metric, $0.parts[index]) }
    }
    return "\n"
      + Format.table(
        [[report.partNoun] + metrics.map(\.metric.partName)] + rows, right: Set(1...metrics.count))
  }

  /// What classes count.
  private var noun: String { countsSteps ? "steps" : "samples" }

  private var matrix: String {
    let rows = names.indices.map { actual in
      [names[actual]] + names.indices.map { Format.count(report.confusion[actual, $0]) }
    }
    return Format.table([["actual \\ predicted"] + names] + rows, right: Set(1...names.count))
  }

  private var confused: String {
    let pairs = report.confusion.mostConfused(EvaluationText.rows)
    guard !pairs.isEmpty else { return "" }
    let rows = pairs.map { pair in
      let all = counts[pair.actual]?.samples ?? pair.count
      return [
        names[pair.actual], names[pair.predicted], Format.count(pair.count),
        Format.percent(Double(pair.count) / Double(all)),
      ]
    }
    return "\nthe most frequent mistakes\n"
      + Format.table([["actual", "predicted", noun, "of the class"]] + rows, right: [2, 3])
  }
}
