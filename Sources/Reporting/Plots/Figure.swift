/// A drawing with all that is said about it, as the page's template takes it.
struct Figure {
  /// What it shows.
  let title: String
  /// What is to be known about it, or nothing.
  var note = ""
  /// What colours and lines mean.
  var legend: [LegendEntry] = []
  /// The drawings, SVG.
  let drawing: String
  /// Whether it takes the whole width of the page.
  var isWide = false

  /// A chart as a figure.
  init(_ title: String, note: String = "", _ chart: Chart) {
    self.title = title
    self.note = note
    legend = chart.legend
    drawing = chart.svg(title: title)
  }

  /// Any drawing as a figure.
  init(_ title: String, note: String = "", legend: [LegendEntry], drawing: String, isWide: Bool = false) {
    self.title = title
    self.note = note
    self.legend = legend
    self.drawing = drawing
    self.isWide = isWide
  }
}
