/// Charts with lines, one below the other with a common horizontal axis, as an SVG file.
package struct LineFigure {
  /// Values joined by a line, with the same name in each chart.
  package struct Line {
    let name: String
    let points: [(x: Double, y: Double)]

    /// Creates a line.
    package init(_ name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }
  }

  private let title, xLabel: String
  private let charts: [(yLabel: String, lines: [Line])]

  /// Charts with vertical axes from 0 and logarithmic horizontal axes; labels include their units.
  package init(_ title: String, xLabel: String, charts: [(yLabel: String, lines: [Line])]) {
    self.title = title
    self.xLabel = xLabel
    self.charts = charts
  }

  /// The SVG file's text.
  package var svg: String {
    let drawn = charts.map { chart in
      Chart(
        x: Axis(xLabel, isLogarithmic: true), y: Axis(chart.yLabel, includesZero: true),
        marks: chart.lines.enumerated().map { index, line in
          .line(
            name: line.name, colour: index % 6, points: line.points.map { Mark.Point(x: $0.x, y: $0.y) })
        })
    }
    let figure = Figure(
      title, legend: drawn.first?.legend ?? [],
      drawings: zip(charts, drawn).map { chart, drawing in drawing.drawing(title: chart.yLabel) })
    return StandaloneFigure(figure: figure).svg
  }
}
