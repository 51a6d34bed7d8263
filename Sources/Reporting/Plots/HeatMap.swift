/// Values on a grid: opacity shows a value's size, colour its sign.
struct HeatMap {
  /// One direction of the grid.
  struct Side {
    /// The label of the axis.
    let label: String
    /// The word for one place, before its number or name.
    let name: String
    /// The numbers of the first place and of the last.
    var ends: ClosedRange<Double>
    /// The names of all places, instead of numbers.
    var names: [String]?
    /// Whether the ends are values between which the places lie, instead of the places' numbers.
    var isContinuous = false
  }

  let x: Side
  let y: Side
  /// The number of places per row.
  let columns: Int
  /// The values, row by row from the top.
  let values: [Float]
  /// The meaning of a value, with its unit.
  let name: String
  /// Whether values have signs.
  var isSigned = true
  /// The value that is fully opaque; nil for the largest.
  var limit: Float?
  /// The power that gives the opacity from the share of the limit; below 1 makes small values more visible.
  var power = 1.0
  /// The height of the grid in pixels of the plot.
  var height = 150.0

  private static let (right, top, bottom) = (12.0, 4.0, 38.0)
  /// Room for a symbol above each column, and the most columns with symbols.
  private static let (symbolWidth, mostSymbols) = (9.0, 200)

  /// The left edge of a plot with the same ticks.
  private var left: Double { Frame.left(besides: y.isContinuous ? Scale.steps(y.ends, count: 4) : []) }
  private var rows: Int { columns > 0 ? values.count / columns : 0 }
  private var greatest: Float {
    limit ?? max(values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
  }
  private var hasSymbols: Bool { x.names != nil && columns <= HeatMap.mostSymbols }
  private var width: Double {
    let own = hasSymbols ? left + HeatMap.right + Double(columns) * HeatMap.symbolWidth : 0
    return max(Frame.width, own)
  }
  private var top: Double { HeatMap.top + (hasSymbols ? 16 : 0) }
  private var inner: Double { width - left - HeatMap.right }

  /// The legend's entry: the range of the colours.
  var legend: LegendEntry {
    let end = Digits.words(Double(greatest))
    return LegendEntry(
      name: "\(name), \(isSigned ? "−\(end) to \(end)" : "0 to \(end)")",
      swatch: isSigned ? "ramp signed" : "ramp dense")
  }

  /// The drawing.
  /// - Throws: `Failure` (software) if the picture cannot be encoded.
  func drawing(title: String) throws -> Drawing {
    let place = Markup.place(x: left, y: top, width: inner, height: height)
    // Unsigned values are painted blue, like negative ones.
    let painted = isSigned ? values : values.map { -$0 }
    let png = try Tile.signed(painted, height: rows, width: columns, limit: greatest, power: power).png()
    return Drawing(
      kind: "heat", width: width, height: top + height + HeatMap.bottom, title: title,
      content: Markup.image(png, place, facts) + #"<rect class="edge" \#(place)/>"# + symbols + bottomLabels
        + leftLabels
        + Markup.text(x.label, "axis", x: left + inner / 2, y: top + height + HeatMap.bottom - 5)
        + Markup.upwards(y.label, "axis", x: 11, y: top + height / 2),
      isScrolled: width > Frame.width)
  }

  /// Attributes from which the script finds the value under the pointer.
  private var facts: String {
    func side(_ letter: String, _ side: Side) -> String {
      // A continuous vertical axis goes up, but rows go down.
      let bounds = [side.ends.lowerBound, side.ends.upperBound]
      let ends = (letter == "y" && side.isContinuous ? bounds.reversed() : bounds).map {
        Digits.value($0, significant: 5)
      }
      let names = side.names.map { #" data-\#(letter)-names="\#($0.joined(separator: "\t").escapedForMarkup)""# } ?? ""
      return
        #" data-\#(letter)-name="\#(side.name.escapedForMarkup)" data-\#(letter)-ends="\#(ends.joined(separator: " "))""#
        + names
    }
    return #"data-of="\#(name.escapedForMarkup)" data-limit="\#(Digits.value(Double(greatest)))" "#
      + #"data-power="\#(Digits.value(1 / power))"\#(isSigned ? #" data-signed="1""# : "")"# + side("x", x)
      + side("y", y)
  }

  /// The symbols above the columns.
  private var symbols: String {
    guard hasSymbols, let names = x.names else { return "" }
    let step = inner / Double(columns)
    return names.enumerated().map { index, name in
      Markup.text(name, "letter", x: left + (Double(index) + 0.5) * step, y: top - 5)
    }.joined()
  }

  private var bottomLabels: String {
    let length = max(x.ends.upperBound - x.ends.lowerBound, .leastNormalMagnitude)
    return Scale.steps(x.ends, count: Int(width / 70)).map { tick in
      let share =
        x.isContinuous
        ? (tick - x.ends.lowerBound) / length : (tick - x.ends.lowerBound + 0.5) / Double(columns)
      return Frame.tick(tick, at: left + share * inner, floor: top + height, width: width)
    }.joined()
  }

  private var leftLabels: String {
    let ticks: [(share: Double, label: String)]
    if y.isContinuous {
      ticks = Scale.steps(y.ends, count: 4).map { tick in
        ((y.ends.upperBound - tick) / (y.ends.upperBound - y.ends.lowerBound), Digits.tick(tick))
      }
    } else {
      let every = max(1, Int((13 * Double(rows) / height).rounded(.up)))
      ticks = (0..<rows).filter { $0.isMultiple(of: every) }.map { row in
        ((Double(row) + 0.5) / Double(rows), y.names?[row] ?? Digits.tick(y.ends.lowerBound + Double(row)))
      }
    }
    return ticks.map { share, label in
      Markup.text(
        label, "tick left", x: left - 5, y: min(max(top + share * height + 4, top + 9), top + height))
    }.joined()
  }
}
