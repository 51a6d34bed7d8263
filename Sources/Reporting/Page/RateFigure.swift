import Foundation
import Training

/// The losses of a learning-rate range test, as an SVG file and as a page.
package struct RateFigure {
  private let title: String
  private let curve: RateCurve

  /// The figure of a test.
  package init(title: String, curve: RateCurve) {
    self.title = title
    self.curve = curve
  }

  /// The losses that plots have room for: the smoothed ones up to the lowest, with `eachStep` also those of single steps, and
  /// half as much above them, since a diverging loss has no bounds.
  package static func range(of curve: RateCurve, eachStep: Bool = false) -> ClosedRange<Double> {
    let end = curve.lowest.flatMap { lowest in curve.rates.firstIndex(of: lowest.rate) } ?? -1
    let shown = curve.smoothed.prefix(end + 1) + (eachStep ? curve.losses.prefix(end + 1) : [])
    guard let lowest = shown.min(), let highest = shown.max() else { return 0...1 }
    let span = max(highest - lowest, highest.magnitude * 0.05, 1e-9)
    let floor = lowest - 0.1 * span
    return (lowest < 0 ? floor : max(0, floor))...highest + 0.5 * span
  }

  /// The points of a curve over a logarithmic axis up to where it leaves the plot at its top, and from where it comes back; the
  /// places where it does are on the edge. Drawn along the edge, a diverging loss would look constant.
  static func cut(_ points: [Mark.Point], at top: Double) -> [Mark.Point] {
    points.indices.flatMap { place -> [Mark.Point] in
      let point = points[place]
      let isAbove = point.y > top
      guard place > 0, (points[place - 1].y > top) != isAbove else { return isAbove ? [] : [point] }
      let former = points[place - 1]
      let share = (top - former.y) / (point.y - former.y)
      let edge = Mark.Point(x: former.x * pow(point.x / former.x, share), y: top)
      return [edge, isAbove ? Mark.Point(x: point.x, y: .nan) : point]
    }
  }

  /// The figure of the test.
  var figure: Figure {
    let range = RateFigure.range(of: curve, eachStep: true)
    let points = { (values: [Double]) in
      RateFigure.cut(zip(curve.rates, values).map { Mark.Point(x: $0, y: $1) }, at: range.upperBound)
    }
    let isCut = (curve.losses + curve.smoothed).contains { $0 > range.upperBound }
    let marks: [Mark] = [
      .line(name: "loss of each step", colour: 0, style: .faint, points: points(curve.losses)),
      .line(name: "smoothed", colour: 0, points: points(curve.smoothed)),
      .rules(name: "suggested", colour: 3, xs: curve.suggestion.map { [$0] } ?? []),
    ]
    return Figure(
      title, note: isCut ? "Losses above \(Digits.words(range.upperBound)) have no room: there the loss diverges." : "",
      Chart(x: Axis("learning rate", isLogarithmic: true), y: Axis("loss", bounds: range), marks: marks))
  }

  /// The SVG file's text.
  package var svg: String { StandaloneFigure(figure: figure).svg }

  /// A page with the plot, a table of rates with their meaning, and the conclusion.
  /// - Throws: `Failure` (software) if a template is damaged.
  package func html(table rows: [[String]], conclusion: String) throws -> String {
    var section = Section(title: "Learning rate")
    section.notes = [conclusion]
    section.tables = [Table(headings: ["", "rate", ""], rows: rows, right: [1])]
    section.figures = [figure]
    return try Page(title: "Learning-rate range test", subtitle: title, sections: [section]).html()
  }
}
