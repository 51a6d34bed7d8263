import DPTrain
import Foundation
import Reporting

/// The result of `data`, as text and as JSON.
struct DataText {
  /// The most rows of a table, and the most ranges of lengths.
  private static let (rows, ranges) = (30, 40)

  private let summary: DataSummary

  init(_ summary: DataSummary) { self.summary = summary }

  /// A table of the parts, of classes or outputs, of lengths, and of the inputs; and the normalization to paste.
  var text: String {
    let tables: [(DataSummary.Rows, String)] = [
      (summary.parts, "parts"), (summary.classes, "classes"), (summary.outputs, "outputs"),
      (summary.lengths, "parts"), (summary.inputs, "inputs"),
    ]
    var texts = ["\(summary.recipe.name): \(summary.form)\n"]
    texts += tables.filter { !$0.0.isEmpty }.map(table)
    texts += [
      histogram, summary.normalizationText.map { "to normalize  \($0)\n" }, summary.partialNote.map { "\($0)\n" },
    ].compactMap(\.self)
    return texts.joined(separator: "\n")
  }

  /// A table; of a long one only the first rows.
  private func table(_ table: DataSummary.Rows, of noun: String) -> String {
    let left = table.rows.count - 1 - Self.rows
    return Format.table(Array(table.rows.prefix(Self.rows + 1)), right: table.right)
      + (left > 0 ? "and \(Format.count(left)) more \(noun); --out and --json show all\n" : "")
  }

  /// The numbers of training samples by length, as blocks of different heights.
  private var histogram: String? {
    guard let lengths = summary.statistics[.training]?.lengths, lengths.most > lengths.least else { return nil }
    let counts = lengths.histogram(Self.ranges).map { Double($0.samples) }
    var curve = LossCurve()
    counts.forEach { curve.add($0) }
    let bars = curve.sparkline(width: counts.count, bounds: 0...(counts.max() ?? 1))
    return "training samples by length  \(Format.count(lengths.least)) \(bars) \(Format.count(lengths.most))\n"
  }

  private struct Line: Encodable {
    let recipe: String
    let shape: [Int]
    let classes: [String]
    let parts: [Part]
    let copies: [Copies]
    let normalization: String?
    let notices, warnings: [String]
  }

  private struct Part: Encodable {
    let part: String
    let samples, read: Int
    let classCounts: [Int]
    let withoutClass: Int
    let lengths: Lengths?
    let inputs, targets: [Moments]
  }

  private struct Lengths: Encodable {
    let least: Int
    let median: Double
    let most: Int
    let mean: Double
    /// The first and the last length, and the number of samples, of each range.
    let histogram: [[Int]]
  }

  private struct Moments: Encodable {
    let name: String
    let count, zeros, ones, notFinite: Int
    let least, most, mean, deviation: Double?
  }

  private struct Copies: Encodable {
    let of, `in`: String
    let count, ofAnotherClass: Int
    let examples: [[String]]
  }

  /// One line of JSON: everything that was found, before any normalization.
  func json() throws -> String {
    let statistics = summary.statistics
    let line = Line(
      recipe: summary.recipe.name, shape: summary.splits.training.inputShape.extents, classes: statistics.classNames,
      parts: statistics.parts.map(part),
      copies: statistics.copies.found.map { found in
        Copies(
          of: found.first.rawValue, in: found.second.rawValue, count: found.count,
          ofAnotherClass: found.contradictions,
          examples: found.examples.map { [summary.text(of: $0.first), summary.text(of: $0.copy)] })
      }, normalization: summary.normalizationText, notices: summary.notices, warnings: summary.warnings)
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
  }

  private func part(_ part: PartStatistics) -> Part {
    Part(
      part: part.split.rawValue, samples: part.count, read: part.examined, classCounts: part.classes,
      withoutClass: part.unclassed,
      lengths: part.lengths.map { lengths in
        Lengths(
          least: lengths.least, median: lengths.median, most: lengths.most, mean: lengths.mean,
          histogram: lengths.histogram(Self.ranges).map { [$0.lengths.lowerBound, $0.lengths.upperBound, $0.samples] })
      },
      inputs: part.inputs.enumerated().map { moments($1, named: summary.statistics.name(ofFeature: $0)) },
      targets: part.outputs.enumerated().map { moments($1, named: summary.statistics.name(ofOutput: $0)) })
  }

  private func moments(_ moments: ValueMoments, named name: String) -> Moments {
    // There is no least value of none.
    let isKnown = moments.count > 0
    return Moments(
      name: name, count: moments.count, zeros: moments.zeros, ones: moments.ones, notFinite: moments.notFinite,
      least: isKnown ? moments.least : nil, most: isKnown ? moments.most : nil, mean: isKnown ? moments.mean : nil,
      deviation: isKnown ? moments.deviation : nil)
  }
}
