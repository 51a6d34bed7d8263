extension Mark {
  /// The mark's drawing; `places` is the index of its list of places in the plot.
  func markup(in frame: Frame, places: Int) -> String {
    switch self {
    case .line(let name, let colour, .dotted, let points):
      #"<path class="series c\#(colour) thin" \#(facts(name, places)) "#
        + #"data-is="\#(Mark.list(points.map(\.y), significant: 4))" d="\#(Mark.path(points, in: frame))"/>"#
        + #"<path class="series c\#(colour) dots\#(points.count > 60 ? " small" : "")" d="\#(Mark.dots(points, in: frame))"/>"#
    case .line(let name, let colour, let style, let points):
      #"<path class="series c\#(colour) \#(style.rawValue)" \#(facts(name, places)) "#
        + #"data-is="\#(Mark.list(points.map(\.y), significant: 4))" d="\#(Mark.path(points, in: frame))"/>"#
    case .band(let name, let colour, let level, let spans):
      #"<path class="band c\#(colour) b\#(level)" \#(facts(name, places)) "#
        + #"data-is="\#(Mark.list(spans.map(\.low), significant: 3))" "#
        + #"data-to="\#(Mark.list(spans.map(\.high), significant: 3))" d="\#(Mark.outline(spans, in: frame))"/>"#
    case .flags(_, let colour, let points):
      points.map { Mark.flag($0.point, $0.text, colour, in: frame) }.joined()
    case .points(_, let colour, let points):
      points.filter { $0.point.y.isFinite && (!frame.y.isLogarithmic || $0.point.y > 0) }.map { point, text in
        #"<path class="series c\#(colour) dots single" d="\#(Mark.dots([point], in: frame))">"#
          + "<title>\(text.escapedForMarkup)</title></path>"
      }.joined()
    case .rules(let name, let colour, let xs):
      #"<path class="rule c\#(colour)" d="\#(Mark.rules(xs, in: frame))"><title>\#(name.escapedForMarkup)</title></path>"#
    }
  }

  private func facts(_ name: String, _ places: Int) -> String {
    #"data-name="\#(name.escapedForMarkup)" data-at="\#(places)""#
  }

  /// Numbers in the script's format.
  static func list(_ values: [Double], significant: Int32) -> String {
    values.map { Digits.value($0, significant: significant) }.joined(separator: " ")
  }

  private static func path(_ points: [Point], in frame: Frame) -> String {
    var path = PathText()
    var isDrawing = false
    for point in points {
      guard point.y.isFinite, !frame.y.isLogarithmic || point.y > 0 else {
        isDrawing = false
        continue
      }
      let (x, y) = (frame.x(point.x), frame.y(point.y))
      isDrawing ? path.line(x, y) : path.move(x, y)
      // A line to the same point would be invisible.
      if points.count == 1 { path.line(x + 0.1, y) }
      isDrawing = true
    }
    return path.text
  }

  /// A dot at each point.
  private static func dots(_ points: [Point], in frame: Frame) -> String {
    points.filter { $0.y.isFinite && (!frame.y.isLogarithmic || $0.y > 0) }.map { point in
      "M\(Digits.coordinate(frame.x(point.x))) \(Digits.coordinate(frame.y(point.y)))h0"
    }.joined()
  }

  /// Lines from the top to the bottom, at most one per pixel.
  private static func rules(_ xs: [Double], in frame: Frame) -> String {
    let (top, bottom) = (Digits.coordinate(frame.y.end), Digits.coordinate(frame.y.start))
    return Set(xs.map { frame.x($0).rounded() }).sorted().map { "M\(Digits.coordinate($0)) \(top)V\(bottom)" }.joined()
  }

  private static func outline(_ spans: [Span], in frame: Frame) -> String {
    let shown = spans.filter { $0.low.isFinite && $0.high.isFinite && (!frame.y.isLogarithmic || $0.high > 0) }
    guard let first = shown.first else { return "" }
    var path = PathText()
    path.move(frame.x(first.x), frame.y(first.high))
    for span in shown.dropFirst() { path.line(frame.x(span.x), frame.y(span.high)) }
    for span in shown.reversed() { path.line(frame.x(span.x), frame.y(span.low)) }
    path.close()
    return path.text
  }

  private static func flag(_ point: Point, _ text: String, _ colour: Int, in frame: Frame) -> String {
    let (x, y) = (frame.x(point.x), max(frame.y(point.y) - 3, frame.y.end + 8))
    return #"<path class="flag c\#(colour)" d="M\#(Digits.coordinate(x)) \#(Digits.coordinate(y))l-4 -7h8z">"#
      + "<title>\(text.escapedForMarkup)</title></path>"
  }
}
