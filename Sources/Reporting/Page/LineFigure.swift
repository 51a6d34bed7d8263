/// Lines in charts below one another, over one kind of horizontal axis, as an SVG file of its own.
package struct LineFigure {
  /// Values joined by a line, under the same name in each chart.
  package struct Line {
    let name: String
    let points: [(x: Double, y: Double)]

    /// A line.
    package init(_ name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }
  }

  private let title, xLabel: String
  private let charts: [(yLabel: String, lines: [Line])]

  /// Charts whose vertical axes begin at 0 and whose horizontal ones are logarithmic; labels carry their units.
  package init(_ title: String, xLabel: String, charts: [(yLabel: String, lines: [Line])]) {
    self.title = title
    self.xLabel = xLabel
    self.charts = charts
  }

  /// The file's text.
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
