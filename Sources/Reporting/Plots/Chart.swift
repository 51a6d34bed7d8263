/// Values over a common horizontal axis, drawn as lines, bands and markers.
struct Chart {
  var x: Axis
  var y: Axis
  var marks: [Mark] = []

  /// The frame, fitted to all marks.
  private var frame: Frame {
    let xs = x.domain(of: marks.flatMap(\.xs), isRounded: false)
    return Frame(x, xs, y, y.domain(of: marks.flatMap(\.ys), isRounded: true))
  }

  /// The legend's entries: each named mark once.
  var legend: [LegendEntry] {
    var entries: [LegendEntry] = []
    for case let entry? in marks.map(\.legend) where !entries.contains(entry) { entries.append(entry) }
    return entries
  }

  /// The drawing, as one SVG element; `title` names it for those who hear it.
  func svg(title: String) -> String {
    let frame = frame
    return #"<svg class="plot" role="img" \#(frame.attributes)><title>\#(title.escapedForMarkup)</title>"#
      + frame.markup + marks.map { $0.markup(in: frame) }.joined() + "</svg>"
  }
}

/// A line of a legend.
struct LegendEntry: Equatable {
  let name: String
  /// The classes of the swatch.
  let swatch: String
}

/// One thing drawn in a chart.
enum Mark {
  /// How a line looks.
  enum Style: String {
    /// What matters.
    case strong
    /// What stands behind what matters.
    case faint
    /// What belongs to a line of the same colour.
    case dashed
  }

  /// Values joined by a line; gaps where they are not finite. `name` stands in the legend unless `isSilent`.
  case line(name: String, colour: Int, style: Style = .strong, points: [Point], isSilent: Bool = false)
  /// The area between a lower and an upper value; `level` 1 is the faintest. Outer bands may be silent.
  case band(name: String, colour: Int, level: Int = 1, spans: [Span], isSilent: Bool = false)
  /// Points of interest, each with a text that is shown on hovering.
  case flags(name: String, colour: Int, points: [(point: Point, text: String)])
  /// A vertical line.
  case rule(name: String, x: Double)

  /// A value at a place.
  struct Point: Equatable {
    var x, y: Double
  }

  /// A lower and an upper value at a place.
  struct Span: Equatable {
    var x, low, high: Double
  }

  /// Where it lies along the horizontal axis.
  var xs: [Double] {
    switch self {
    case .line(_, _, _, let points, _): points.map(\.x)
    case .band(_, _, _, let spans, _): spans.map(\.x)
    case .flags(_, _, let points): points.map(\.point.x)
    case .rule(_, let x): [x]
    }
  }

  /// Its values.
  var ys: [Double] {
    switch self {
    case .line(_, _, _, let points, _): points.map(\.y)
    case .band(_, _, _, let spans, _): spans.flatMap { [$0.low, $0.high] }
    case .flags(_, _, let points): points.map(\.point.y)
    case .rule: []
    }
  }

  /// What the legend says of it.
  var legend: LegendEntry? {
    switch self {
    case .line(let name, let colour, let style, _, let isSilent):
      isSilent ? nil : LegendEntry(name: name, swatch: "line c\(colour) \(style.rawValue)")
    case .band(let name, let colour, let level, _, let isSilent):
      isSilent ? nil : LegendEntry(name: name, swatch: "area c\(colour) b\(level)")
    case .flags(let name, let colour, let points):
      points.isEmpty ? nil : LegendEntry(name: name, swatch: "flag c\(colour)")
    case .rule(let name, _): LegendEntry(name: name, swatch: "line rule")
    }
  }
}
