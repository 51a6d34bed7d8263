extension Mark {
  /// Its drawing.
  func markup(in frame: Frame) -> String {
    switch self {
    case .line(let name, let colour, let style, let points):
      Mark.line(points, in: frame, attributes: #"class="series c\#(colour) \#(style.rawValue)" \#(data(name, points))"#)
    case .band(let name, let colour, let level, let spans):
      Mark.band(spans, in: frame, attributes: #"class="band c\#(colour) b\#(level)" \#(data(name, spans))"#)
    case .flags(_, let colour, let points):
      points.map { flag($0.point, $0.text, colour, in: frame) }.joined()
    case .rule(let name, let x):
      #"<path class="rule" d="M\#(Digits.coordinate(frame.x(x))) \#(Digits.coordinate(frame.y.end))"#
        + #"V\#(Digits.coordinate(frame.y.start))"><title>\#(name.escapedForMarkup)</title></path>"#
    }
  }

  private static func line(_ points: [Point], in frame: Frame, attributes: String) -> String {
    var path = ""
    var isDrawing = false
    for point in points {
      guard shows(point.y, frame) else {
        isDrawing = false
        continue
      }
      path += isDrawing ? "L" : "M"
      path += Digits.coordinate(frame.x(point.x)) + " " + Digits.coordinate(frame.y(point.y))
      isDrawing = true
    }
    // A single point would be invisible.
    let isAlone = points.count == 1 && !path.isEmpty
    return #"<path \#(attributes) d="\#(path)\#(isAlone ? "h0.1" : "")"/>"#
  }

  private static func band(_ spans: [Span], in frame: Frame, attributes: String) -> String {
    let shown = spans.filter { $0.low.isFinite && $0.high.isFinite && (!frame.y.isLogarithmic || $0.high > 0) }
    guard !shown.isEmpty else { return "" }
    let upper = shown.map { Digits.coordinate(frame.x($0.x)) + " " + Digits.coordinate(frame.y($0.high)) }
    let lower = shown.reversed().map { Digits.coordinate(frame.x($0.x)) + " " + Digits.coordinate(frame.y($0.low)) }
    return #"<path \#(attributes) d="M\#((upper + lower).joined(separator: "L"))Z"/>"#
  }

  private static func shows(_ value: Double, _ frame: Frame) -> Bool {
    value.isFinite && (!frame.y.isLogarithmic || value > 0)
  }

  private func flag(_ point: Point, _ text: String, _ colour: Int, in frame: Frame) -> String {
    let (x, y) = (frame.x(point.x), max(frame.y(point.y) - 3, frame.y.end + 8))
    return #"<path class="flag c\#(colour)" d="M\#(Digits.coordinate(x)) \#(Digits.coordinate(y))l-4 -7h8z">"#
      + "<title>\(text.escapedForMarkup)</title></path>"
  }

  private func data(_ name: String, _ points: [Point]) -> String {
    #"data-name="\#(name.escapedForMarkup)" data-at="\#(list(points.map(\.x)))" data-is="\#(list(points.map(\.y)))""#
  }

  private func data(_ name: String, _ spans: [Span]) -> String {
    #"data-name="\#(name.escapedForMarkup)" data-at="\#(list(spans.map(\.x)))" "#
      + #"data-is="\#(list(spans.map(\.low)))" data-to="\#(list(spans.map(\.high)))""#
  }

  private func list(_ values: [Double]) -> String {
    values.map { Digits.value($0) }.joined(separator: " ")
  }
}
