import Datasets
import Recording

/// The page about a recipe's data.
package struct DataPage {
  /// Longer tables are folded, and more classes are drawn as a curve.
  private static let (rows, bars, ranges) = (30, 30, 40)

  private let summary: DataSummary

  /// The page of a summary.
  package init(_ summary: DataSummary) { self.summary = summary }

  /// The page's HTML.
  /// - Throws: `Failure` if a sample cannot be read, (software) if a template is damaged.
  package func html() throws -> String {
    let sections = [warnings, parts, classes, lengths, inputs, targets, try SampleGallery(summary: summary).section()]
    let counts = statistics.parts.map { "\(Format.count($0.count)) \($0.split.rawValue)" }
    return try Page(
      title: "Data of \(summary.recipe.name)", subtitle: "\(summary.form) · \(counts.joined(separator: ", "))",
      sections: sections.filter { !$0.isEmpty }
    ).html()
  }

  private var statistics: DataStatistics { summary.statistics }

  private static func colour(of split: Split) -> Int { CurveSection.splitColours[split.rawValue] ?? 0 }

  private func table(_ rows: DataSummary.Rows, of noun: String) -> [Table] {
    guard !rows.isEmpty else { return [] }
    return [
      Table(
        headings: rows.rows[0], rows: Array(rows.rows.dropFirst()), right: rows.right,
        summary: rows.rows.count > Self.rows + 1 ? "Each \(noun)" : nil)
    ]
  }

  private var warnings: Section {
    var section = Section(title: "Warnings")
    section.hints = summary.warnings
    if !section.hints.isEmpty { section.notes = ["What is often not meant so."] }
    return section
  }

  private var parts: Section {
    var section = Section(title: "Samples")
    section.notes =
      [summary.partialNote].compactMap(\.self)
      + [
        "A copy has the same inputs as an earlier sample of the part. Ranges and copies are those of the samples that were read."
      ]
    section.tables = table(summary.parts, of: "part")
    section.hints = summary.notices
    return section
  }

  private var classes: Section {
    var section = Section(title: "Classes")
    guard !summary.classes.isEmpty else { return section }
    section.tables = table(summary.classes, of: "class")
    section.figures = [statistics.classNames.count > Self.bars ? rankedShares : shareBars]
    return section
  }

  /// Bars of the classes' shares, those of the parts side by side.
  private var shareBars: Figure {
    let parts = statistics.parts
    let width = 0.8 / Double(parts.count)
    let marks = parts.enumerated().map { place, part in
      let spans = shares(of: part).enumerated().flatMap { index, share in
        let start = Double(index) - 0.4 + width * Double(place)
        let (end, edge) = (start + 0.94 * width, 0.01 * width)
        return [
          Mark.Span(x: start, low: 0, high: 0), Mark.Span(x: start + edge, low: 0, high: share),
          Mark.Span(x: end - edge, low: 0, high: share), Mark.Span(x: end, low: 0, high: 0),
        ]
      }
      return Mark.band(name: part.split.rawValue, colour: Self.colour(of: part.split), level: 3, spans: spans)
    }
    let names = statistics.classNames
    // About 50 letters fit into the width.
    let haveRoom = names.allSatisfy { $0.count * names.count <= 50 }
    return Figure(
      "Share of each class",
      Chart(
        x: Axis(
          haveRoom ? "class" : "class, from 0 on in the order of the table",
          bounds: -0.5...Double(names.count) - 0.5, names: haveRoom ? names : nil),
        y: Axis("targets (%)", includesZero: true), marks: marks))
  }

  /// The shares of many classes, from the most frequent to the rarest.
  private var rankedShares: Figure {
    let marks = statistics.parts.map { part in
      Mark.line(
        name: part.split.rawValue, colour: Self.colour(of: part.split),
        points: shares(of: part).sorted(by: >).enumerated().map { Mark.Point(x: Double($0 + 1), y: $1) })
    }
    return Figure(
      "Share of each class", note: "In each part from the most frequent class to the rarest.",
      Chart(x: Axis("class by frequency"), y: Axis("targets (%)", includesZero: true), marks: marks))
  }

  private func shares(of part: PartStatistics) -> [Double] {
    part.classes.map { 100 * Double($0) / Double(max(part.classed, 1)) }
  }

  private var lengths: Section {
    var section = Section(title: "Lengths")
    section.tables = table(summary.lengths, of: "part")
    let marks = statistics.parts.compactMap { part in
      part.lengths.map { lengths in
        Mark.band(
          name: part.split.rawValue, colour: Self.colour(of: part.split), level: 1,
          spans: lengths.histogram(Self.ranges).flatMap { range, samples in
            let share = 100 * Double(samples) / Double(max(lengths.count, 1))
            return [Double(range.lowerBound) - 0.5, Double(range.upperBound) + 0.5].map {
              Mark.Span(x: $0, low: 0, high: share)
            }
          })
      }
    }
    guard !marks.isEmpty else { return section }
    section.figures = [
      Figure(
        "Lengths of samples",
        Chart(x: Axis("steps"), y: Axis("samples (%)", includesZero: true), marks: marks))
    ]
    return section
  }

  private var inputs: Section {
    var section = Section(title: "Inputs")
    section.notes = ["Training samples, before any normalization and without random transforms."]
    if let text = summary.normalizationText { section.notes.append("For the recipe: \(text)") }
    section.tables = table(summary.inputs, of: "input")
    return section
  }

  private var targets: Section {
    var section = Section(title: "Targets")
    section.tables = table(summary.outputs, of: "output")
    return section
  }
}
