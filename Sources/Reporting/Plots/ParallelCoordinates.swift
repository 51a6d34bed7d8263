import Foundation

/// Variants as lines over parallel axes: one for each key, and the metric.
struct ParallelCoordinates {
  private static let (height, top, bottom, left, spacing) = (300.0, 34.0, 12.0, 64.0, 120.0)

  /// The names of the keys, and whether the range of each was drawn evenly in the logarithm.
  let axes: [(name: String, isLogarithmic: Bool)]
  let metric: String
  let isGreatestBest: Bool
  let lines: [(values: [String], metric: Double, text: String)]

  /// An axis: where values are, and which are labelled.
  private struct Column {
    let name: String
    let places: [Double]
    let labels: [(text: String, place: Double)]
  }

  /// The meaning of the lines.
  static var legend: [LegendEntry] {
    [
      LegendEntry(name: "the best tenth", swatch: "line c1 strong"),
      LegendEntry(name: "the others", swatch: "line c0 faint"),
    ]
  }

  /// The drawing; wider with more axes.
  func drawing(title: String) -> Drawing {
    let scale = SweepScale(metric: metric, values: lines.map(\.metric))
    let columns =
      axes.indices.map { index in column(axes[index], lines.map { $0.values[index] }) }
      + [numbers(scale.axis.label, lines.map { scale.scaled($0.metric) }, isLogarithmic: scale.axis.isLogarithmic)]
    let width = max(Frame.width, Self.left + Self.spacing * Double(columns.count - 1) + Self.left)
    let xs = columns.indices.map { index in
      Self.left + (width - 2 * Self.left) * Double(index) / Double(max(columns.count - 1, 1))
    }
    let order = lines.indices.sorted {
      isGreatestBest ? lines[$0].metric > lines[$1].metric : lines[$0].metric < lines[$1].metric
    }
    let best = max(1, lines.count / 10)
    // The best are drawn last, over the others.
    var content = order.enumerated().reversed().map { place, line in
      var path = PathText()
      for (index, x) in xs.enumerated() {
        let y = columns[index].places[line]
        index == 0 ? path.move(x, y) : path.line(x, y)
      }
      let style = place < best ? "c1 strong" : "c0 faint"
      return
        #"<path class="series \#(style)" d="\#(path.text)"><title>\#(lines[line].text.escapedForMarkup)</title></path>"#
    }.joined()
    for (index, column) in columns.enumerated() {
      let x = Digits.coordinate(xs[index])
      let ends = (Digits.coordinate(Self.top), Digits.coordinate(Self.height - Self.bottom))
      content += #"<path class="edge" d="M\#(x) \#(ends.0)V\#(ends.1)"/>"#
      // Names of neighbours are on two lines if they are long.
      content += Markup.text(
        shortened(column.name, 20), "axis", x: xs[index], y: index.isMultiple(of: 2) ? 12 : 26)
      for label in column.labels {
        content += Markup.text(shortened(label.text, 10), "tick left", x: xs[index] - 5, y: label.place + 4)
      }
    }
    return Drawing(
      kind: "coordinates", width: width, height: Self.height, title: title, content: content,
      isScrolled: width > 2 * Frame.width)
  }

  private func column(_ axis: (name: String, isLogarithmic: Bool), _ values: [String]) -> Column {
    switch KeyValues(values, isLogarithmic: axis.isLogarithmic) {
    case .numbers(let numbers, let isLogarithmic):
      return self.numbers(axis.name, numbers, isLogarithmic: isLogarithmic)
    case .names(let names, let places):
      let scale = scale(-0.5...Double(names.count) - 0.5, isLogarithmic: false)
      let heights = names.indices.map { scale(Double($0)) }
      return Column(
        name: axis.name, places: places.map { heights[$0] }, labels: zip(names, heights).map { ($0, $1) })
    }
  }

  private func numbers(_ name: String, _ values: [Double], isLogarithmic: Bool) -> Column {
    let domain = (values.min() ?? 0)...(values.max() ?? 1)
    let scale = scale(domain, isLogarithmic: isLogarithmic)
    return Column(
      name: name, places: values.map { scale($0) }, labels: scale.ticks(5).map { (Digits.tick($0), scale($0)) })
  }

  private func scale(_ domain: ClosedRange<Double>, isLogarithmic: Bool) -> Scale {
    Scale(domain, from: Self.height - Self.bottom - 6, to: Self.top + 6, isLogarithmic: isLogarithmic)
  }

  private func shortened(_ text: String, _ letters: Int) -> String {
    text.count > letters ? "\(text.prefix(letters - 1))…" : text
  }
}
