/// One or more drawings with a title, a note and a legend.
struct Figure {
  /// What it shows.
  let title: String
  /// A note, or empty.
  let note: String
  /// The meaning of colours and lines.
  let legend: [LegendEntry]
  /// The drawings, one below the other.
  let drawings: [Drawing]
  /// Alternative views in place of the drawings, one shown at a time, the first one at first.
  var views: [View] = []

  /// A drawing to choose.
  struct View {
    let name: String
    let drawing: Drawing
  }

  /// A figure of a chart.
  init(_ title: String, note: String = "", _ chart: Chart) {
    self.init(title, note: note, legend: chart.legend, drawings: [chart.drawing(title: title)])
  }

  /// A figure of any drawings.
  init(_ title: String, note: String = "", legend: [LegendEntry], drawings: [Drawing]) {
    self.title = title
    self.note = note
    self.legend = legend
    self.drawings = drawings
  }

  /// A figure of a drawing for each of `views`, at most 14: of one alone it has no choice.
  init(_ title: String, note: String = "", legend: [LegendEntry], views: [View]) {
    self.init(title, note: note, legend: legend, drawings: views.count == 1 ? views.map(\.drawing) : [])
    if views.count > 1 { self.views = views }
  }

  /// The title's ASCII letters and digits in lower case, joined by hyphens, for file names.
  var slug: String {
    let words = title.lowercased().unicodeScalars.split {
      !($0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0))
    }
    return words.isEmpty ? "figure" : String(words.map(String.init).joined(separator: "-").prefix(100))
  }
}

extension Figure {
  /// A chart to choose on a linear axis or, if all its values are positive, on a logarithmic one. `label` and `unit`
  /// are those of its vertical axis; `spanned` are the marks that the axis has room for, if not only its own.
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
    return Figure(
      title, note: note, legend: linear.legend,
      views: [
        View(name: "linear", drawing: linear.drawing(title: title)),
        View(name: "logarithmic", drawing: chart(isLogarithmic: true).drawing(title: title)),
      ])
  }
}
