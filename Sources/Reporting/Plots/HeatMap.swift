/// Values on a grid, painted by their size: a picture whose opacity tells how large a value is, and whose colour its sign.
struct HeatMap {
  /// A direction of the grid: what is along it.
  struct Side {
    /// What the axis says.
    let label: String
    /// What one place is called, before its number or name.
    let name: String
    /// The first place's and the last place's number.
    var ends: ClosedRange<Double>
    /// Names of all places, instead of numbers.
    var names: [String]?
    /// Whether the ends are values between which the places lie, and not the numbers of places.
    var isContinuous = false
  }

  let x: Side
  let y: Side
  /// Places of a row.
  let columns: Int
  /// Row by row from the top, each from the left.
  let values: [Float]
  /// What a value is, with its unit.
  let name: String
  /// Whether values have signs.
  var isSigned = true
  /// The value that is painted fully, or nil for the largest.
  var limit: Float?
  /// The power of the share that opacity shows; below 1 small values show better.
  var power = 1.0
  /// Height of the grid in pixels of the plot.
  var height = 150.0

  private static let (right, top, bottom) = (12.0, 4.0, 38.0)
  /// Room for a symbol above each column, and the most columns that get it.
  private static let (symbolWidth, mostSymbols) = (9.0, 200)

  /// As of a plot with the same ticks.
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

  /// The legend's entry: what the colours span.
  var legend: LegendEntry {
    let end = Digits.words(Double(greatest))
    return LegendEntry(
      name: "\(name), \(isSigned ? "−\(end) to \(end)" : "0 to \(end)")",
      swatch: isSigned ? "ramp signed" : "ramp dense")
  }

  /// The drawing.
  /// - Throws: `Failure` (software) where the picture cannot be encoded.
  func drawing(title: String) throws -> Drawing {
    let place = Markup.place(x: left, y: top, width: inner, height: height)
    // Densities are painted blue, as what has a sign is below zero.
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

  /// What the script needs to tell the value under the pointer.
  private var facts: String {
    func side(_ letter: String, _ side: Side) -> String {
      // A continuous vertical side rises, rows go down.
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
