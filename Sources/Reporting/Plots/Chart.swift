/// Values over a common horizontal axis, drawn as lines, bands and markers.
struct Chart {
  var x: Axis
  var y: Axis
  var marks: [Mark] = []
  /// The legend, if it is not the names of the marks.
  var shortLegend: [LegendEntry]?

  /// The frame, large enough for all marks.
  private var frame: Frame {
    let xs = x.domain(of: marks.flatMap(\.xs), isRounded: false)
    return Frame(x, xs, y, y.domain(of: marks.flatMap(\.ys), isRounded: true))
  }

  /// The legend's entries: each named mark once.
  var legend: [LegendEntry] {
    if let shortLegend { return shortLegend }
    var entries: [LegendEntry] = []
    for case let entry? in marks.map(\.legend) where !entries.contains(entry) { entries.append(entry) }
    return entries
  }

  /// The drawing.
  func drawing(title: String) -> Drawing {
    let frame = frame
    // Marks with the same places share one list.
    var places: [[Double]] = []
    let content = marks.map { mark in
      switch mark {
      case .rules, .points: return mark.markup(in: frame, places: 0)
      default: break
      }
      let own = mark.xs
      let place = places.firstIndex(of: own) ?? places.count
      if place == places.count { places.append(own) }
      return mark.markup(in: frame, places: place)
    }
    let lists = places.enumerated().map { #" data-at\#($0)="\#(Mark.list($1, significant: 9))""# }
    return Drawing(
      kind: "plot", width: Frame.width, height: frame.height, title: title,
      attributes: frame.attributes + lists.joined(),
      content: frame.markup + content.joined())
  }
}

/// An entry of a legend.
struct LegendEntry: Equatable {
  let name: String
  /// The CSS classes of the swatch.
  let swatch: String
}

/// Something drawn in a chart.
enum Mark {
  /// The style of a line.
  enum Style: String {
    /// The main line.
    case strong
    /// A background line.
    case faint
    /// Measurements, each with a dot.
    case dotted
  }

  /// Values joined by a line, with gaps if they are not finite.
  case line(name: String, colour: Int, style: Style = .strong, points: [Point])
  /// The area between a lower and an upper value; `level` 0 is the faintest.
  case band(name: String, colour: Int, level: Int = 1, spans: [Span])
  /// Points of interest, each with a text shown on hovering.
  case flags(name: String, colour: Int, points: [(point: Point, text: String)])
  /// Single values, each with a text shown on hovering.
  case points(name: String, colour: Int, points: [(point: Point, text: String)])
  /// Vertical lines.
  case rules(name: String, colour: Int, xs: [Double])

  /// A value at a place.
  struct Point: Equatable {
    var x, y: Double
  }

  /// A lower and an upper value at a place.
  struct Span: Equatable {
    var x, low, high: Double
  }

  /// The places along the horizontal axis.
  var xs: [Double] {
    switch self {
    case .line(_, _, _, let points): points.map(\.x)
    case .band(_, _, _, let spans): spans.map(\.x)
    case .flags(_, _, let points), .points(_, _, let points): points.map(\.point.x)
    case .rules(_, _, let xs): xs
    }
  }

  /// Its values.
  var ys: [Double] {
    switch self {
    case .line(_, _, _, let points): points.map(\.y)
    case .band(_, _, _, let spans): spans.flatMap { [$0.low, $0.high] }
    case .flags(_, _, let points), .points(_, _, let points): points.map(\.point.y)
    case .rules: []
    }
  }

  /// Its legend entry.
  var legend: LegendEntry? {
    switch self {
    case .line(let name, let colour, let style, _):
      LegendEntry(name: name, swatch: "line c\(colour) \(style.rawValue)")
    case .band(let name, let colour, let level, _):
      LegendEntry(name: name, swatch: "area c\(colour) b\(level)")
    case .flags(let name, let colour, let points):
      points.isEmpty ? nil : LegendEntry(name: name, swatch: "flag c\(colour)")
    case .points(let name, let colour, let points):
      points.isEmpty ? nil : LegendEntry(name: name, swatch: "square c\(colour)")
    case .rules(let name, let colour, let xs):
      xs.isEmpty ? nil : LegendEntry(name: name, swatch: "line c\(colour) rule")
    }
  }
}
