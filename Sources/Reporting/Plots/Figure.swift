/// Drawings with all that is said about them.
struct Figure {
  /// What it shows.
  let title: String
  /// What is to be known about it, or nothing.
  let note: String
  /// What colours and lines mean.
  let legend: [LegendEntry]
  /// The drawings, one below the other.
  let drawings: [Drawing]

  /// A chart as a figure.
  init(_ title: String, note: String = "", _ chart: Chart) {
    self.init(title, note: note, legend: chart.legend, drawings: [chart.drawing(title: title)])
  }

  /// Any drawings as a figure.
  init(_ title: String, note: String = "", legend: [LegendEntry], drawings: [Drawing]) {
    self.title = title
    self.note = note
    self.legend = legend
    self.drawings = drawings
  }
}
