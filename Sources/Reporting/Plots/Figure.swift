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
  /// Instead of them several views, one of which is shown at a time, at first the first one.
  var views: [View] = []

  /// A drawing to choose.
  struct View {
    let name: String
    let drawing: Drawing
  }

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

  /// The title's ASCII letters and digits, in lower case, with hyphens between words: for the names of files.
  var slug: String {
    let words = title.lowercased().unicodeScalars.split {
      !($0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0))
    }
    return words.isEmpty ? "figure" : String(words.map(String.init).joined(separator: "-").prefix(100))
  }
}

extension Figure {
  /// A chart on a linear axis and, where all its values are positive, on a logarithmic one, to choose between; `label` and
  /// `unit` are those of its vertical axis, and `spanned` the marks that it has room for, where there are more than its own.
  static func onTwoScales(
    _ title: String, note: String = "", x: Axis, label: String, unit: String, marks: [Mark],
    spanning spanned: [Mark]? = nil, shortLegend: [LegendEntry]? = nil
  ) -> Figure {
    func chart(isLogarithmic: Bool) -> Chart {
      let words = [unit, isLogarithmic ? "logarithmic" : ""].filter { !$0.isEmpty }.joined(separator: ", ")
      var axis = Axis(
        label + (words.isEmpty ? "" : " (\(words))"), isLogarithmic: isLogarithmic, includesZero: !isLogarithmic)
      if let spanned { axis = axis.spanning(spanned) }
      return Chart(x: x, y: axis, marks: marks, shortLegend: shortLegend)
    }
    let linear = chart(isLogarithmic: false)
    let values = (spanned ?? marks).lazy.flatMap { $0.ys }.filter { $0.isFinite }
    guard !values.contains(where: { $0 < 0 }), values.contains(where: { $0 > 0 }) else {
      return Figure(title, note: note, linear)
    }
    var figure = Figure(title, note: note, legend: linear.legend, drawings: [])
    figure.views = [
      View(name: "linear", drawing: linear.drawing(title: title)),
      View(name: "logarithmic", drawing: chart(isLogarithmic: true).drawing(title: title)),
    ]
    return figure
  }
}
