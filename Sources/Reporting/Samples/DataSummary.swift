import Datasets
import Recipes
import Recording
import Tensors

/// What is known of a recipe's data before training, as tables for terminals and pages.
package struct DataSummary {
  /// The recipe.
  package let recipe: Recipe
  /// The samples, before any normalization.
  package let splits: DataSplits
  /// What was found by reading them.
  package let statistics: DataStatistics
  /// The normalization that the recipe has; nil if it has none.
  package let normalization: (mean: [Double], deviation: [Double])?

  /// Reads the samples, of each part at most `samples`; nil for all of usual data, and some of larger data.
  /// - Throws: `Failure` naming the file or key that is wrong.
  package init(_ recipe: Recipe, samples: Int? = nil) throws {
    self.recipe = recipe
    normalization = try recipe.inputNormalization()
    splits = try recipe.makeSplitsWithoutNormalization()
    statistics = try DataStatistics(splits, limit: samples ?? DataStatistics.usualSamples)
  }

  /// The shape of inputs and targets, in words.
  package var form: String {
    let shape = splits.training.inputShape
    let lengths = statistics[.training]?.lengths == nil ? "" : ", or fewer steps"
    return "\(shape.text)\(lengths), and \(statistics.targets.text)"
  }

  /// What the data sets say about their files, such as those that are damaged or passed over.
  package var notices: [String] {
    let all = splits.notices + splits.all.flatMap(\.data.notices)
    return all.enumerated().filter { !all[..<$0.offset].contains($0.element) }.map(\.element)
  }

  /// Says which parts were not read whole; nil if all were.
  package var partialNote: String? {
    let parts = statistics.parts.filter(\.isPartial).map {
      "\(Format.count($0.examined)) of \(Format.count($0.count)) \($0.split.rawValue) samples"
    }
    guard !parts.isEmpty else { return nil }
    return "Read: \(parts.joined(separator: ", ")), evenly spaced. --samples N reads more or fewer."
  }

  /// How a recipe gives inputs mean 0 and deviation 1; nil if its source has no key for it.
  package var normalizationText: String? {
    guard let inputs = statistics[.training]?.inputs else { return nil }
    return recipe.data.normalization(means: inputs.map(\.mean), deviations: inputs.map(\.deviation))
  }

  /// Whether inputs are images whose numbers are from 0 to 1, as colours are.
  package var areColours: Bool {
    splits.training.inputShape.isImage
      && statistics[.training]?.inputs.allSatisfy { $0.least >= 0 && $0.most <= 1 } == true
  }

  /// The text that describes a sample, for messages.
  package func text(of place: SampleCopies.Place) -> String {
    let data = splits.measured(place.split)
    let text = data?.shortText(of: place.index) ?? "sample \(place.index)"
    return text.count > 60 ? "\(text.prefix(59))…" : text
  }
}

extension DataSummary {
  /// Rows of cells under headings, the columns that are right-aligned, and what a row is.
  package struct Rows {
    /// The headings, then the rows.
    package var rows: [[String]]
    /// The right-aligned columns.
    package var right: Set<Int>
    /// Whether there is no row.
    package var isEmpty: Bool { rows.count < 2 }
  }

  /// A number with four digits.
  package static func number(_ value: Double) -> String { Digits.value(value, significant: 4) }

  /// The number of samples of each part.
  package var parts: Rows {
    let isPartial = statistics.parts.contains(where: \.isPartial)
    let rows = statistics.parts.map { part in
      let copies = statistics.copies.found.first { $0.first == part.split && $0.second == part.split }?.count ?? 0
      return [part.split.rawValue, Format.count(part.count)] + (isPartial ? [Format.count(part.examined)] : [])
        + [Format.count(copies)]
    }
    return Rows(
      rows: [["part", "samples"] + (isPartial ? ["read"] : []) + ["copies in it"]] + rows, right: [1, 2, 3])
  }

  /// The lengths of the samples of each part; no row if they have none.
  package var lengths: Rows {
    let rows = statistics.parts.compactMap { part in
      part.lengths.map {
        [
          part.split.rawValue, Format.count($0.least),
          Format.count(Int($0.median)) + ($0.median == $0.median.rounded() ? "" : ".5"), Format.count($0.most),
          Self.number($0.mean),
        ]
      }
    }
    return Rows(rows: [["length", "least", "median", "most", "mean"]] + rows, right: [1, 2, 3, 4])
  }

  /// The number of targets of each class in each part, and their share of it; no row if targets are numbers.
  package var classes: Rows {
    guard statistics.targets.areClasses else { return Rows(rows: [], right: []) }
    var rows = statistics.classNames.indices.map { index in
      [statistics.classNames[index]]
        + statistics.parts.flatMap { part in Self.shares(part.classes[index], of: part.classed) }
    }
    if statistics.parts.contains(where: { $0.unclassed > 0 }) {
      rows.append(["(no class)"] + statistics.parts.flatMap { [Format.count($0.unclassed), ""] })
    }
    return shares(rows, of: "class")
  }

  /// The targets of each output: in each part the number and the share of ones if all are 0 or 1, else their range, mean and
  /// deviation in training. No row if targets are classes.
  package var outputs: Rows {
    let parts = statistics.parts
    guard let training = statistics[.training], !training.outputs.isEmpty else { return Rows(rows: [], right: []) }
    guard parts.allSatisfy({ $0.outputs.allSatisfy(\.isBinary) }) else {
      return Rows(
        rows: [["target", "least", "most", "mean", "deviation"]]
          + training.outputs.enumerated().map { [statistics.name(ofOutput: $0)] + Self.range($1) },
        right: [1, 2, 3, 4])
    }
    return shares(
      training.outputs.indices.map { index in
        [statistics.name(ofOutput: index)]
          + parts.flatMap { part in Self.shares(part.outputs[index].ones, of: part.outputs[index].count) }
      }, of: "ones of")
  }

  /// The range, mean and deviation of each feature or channel of the training inputs.
  package var inputs: Rows {
    guard let training = statistics[.training] else { return Rows(rows: [], right: []) }
    return Rows(
      rows: [["input", "least", "most", "mean", "deviation", "zeros"]]
        + training.inputs.enumerated().map { index, moments in
          [statistics.name(ofFeature: index)] + Self.range(moments)
            + [moments.count > 0 ? Format.percent(Double(moments.zeros) / Double(moments.count)) : "–"]
        },
      right: [1, 2, 3, 4, 5])
  }

  private func shares(_ rows: [[String]], of noun: String) -> Rows {
    Rows(
      rows: [[noun] + statistics.parts.flatMap { [$0.split.rawValue, ""] }] + rows,
      right: Set(1...max(1, 2 * statistics.parts.count)))
  }

  private static func shares(_ count: Int, of all: Int) -> [String] {
    [Format.count(count), all > 0 ? Format.percent(Double(count) / Double(all)) : "–"]
  }

  private static func range(_ moments: ValueMoments) -> [String] {
    guard moments.count > 0 else { return ["–", "–", "–", "–"] }
    return [moments.least, moments.most, moments.mean, moments.deviation].map(number)
  }
}
