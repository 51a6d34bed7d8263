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

  /// The losses that plots have room for: from the lowest smoothed one to half as much above the highest before it, since a
  /// diverging loss has no bounds.
  package static func range(of curve: RateCurve) -> ClosedRange<Double> {
    guard let lowest = curve.lowest?.loss else { return 0...1 }
    let before = curve.smoothed.prefix { $0 > lowest }
    let highest = before.max() ?? lowest
    let span = max(highest - lowest, highest.magnitude * 0.05, 1e-9)
    let floor = lowest - 0.1 * span
    return (lowest < 0 ? floor : max(0, floor))...highest + 0.5 * span
  }

  private var figure: Figure {
    let points = { (values: [Double]) in zip(curve.rates, values).map { Mark.Point(x: $0, y: $1) } }
    let marks: [Mark] = [
      .line(name: "loss of each step", colour: 0, style: .faint, points: points(curve.losses)),
      .line(name: "smoothed", colour: 0, points: points(curve.smoothed)),
      .rules(name: "suggested", colour: 3, xs: curve.suggestion.map { [$0] } ?? []),
    ]
    return Figure(
      title,
      Chart(
        x: Axis("learning rate", isLogarithmic: true), y: Axis("loss", bounds: RateFigure.range(of: curve)),
        marks: marks))
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
