import Foundation

/// The frame of a plot: grid, ticks and labels.
struct Frame {
  /// The width of every plot, small enough for a phone without scaling.
  static let width = 400.0
  private static let (right, top, bottom) = (12.0, 8.0, 38.0)
  private static let usualLeft = 62.0

  let x, y: Scale
  let height: Double
  private let labels: (x: String, y: String)
  private let names: [String]?

  /// A frame with a height of `height` for values in two domains, with room for `lines` lines of labels below.
  init(
    _ xAxis: Axis, _ xDomain: ClosedRange<Double>, _ yAxis: Axis, _ yDomain: ClosedRange<Double>, height: Double = 236
  ) {
    self.height = height
    labels = (xAxis.label, yAxis.label)
    names = xAxis.names
    y = yAxis.scale(yDomain, from: height - Frame.bottom, to: Frame.top)
    x = xAxis.scale(xDomain, from: Frame.left(besides: y.ticks(4)), to: Frame.width - Frame.right)
  }

  /// The width of the plot inside the frame, in pixels.
  static var columns: Int { Int(width - usualLeft - right) }

  /// The left edge of a frame whose vertical axis has these ticks. Long labels move it to the right, so that they do
  /// not cover the axis's own label.
  static func left(besides ticks: [Double]) -> Double {
    let letters = ticks.map { Digits.tick($0).count }.max() ?? 0
    return max(usualLeft, 25 + 7 * Double(letters))
  }

  /// The attributes from which the script computes where values are.
  var attributes: String {
    let edges = [x.start, x.end, y.end, y.start].map(Digits.coordinate).joined(separator: " ")
    let domain = [x.domain.lowerBound, x.domain.upperBound].map { Digits.value($0, significant: 8) }
    return #"data-edges="\#(edges)" data-domain="\#(domain.joined(separator: " "))" "#
      + #"data-x="\#(labels.x.escapedForMarkup)""#
  }

  /// Grid, ticks, labels, and the line that the script moves.
  var markup: String { grid(y.ticks(4)) + bottomTicks + axisLabels + #"<path class="cross"/>"# }

  private var axisLabels: String {
    Markup.text(labels.x, "axis", x: (x.start + x.end) / 2, y: height - 5)
      + Markup.upwards(labels.y, "axis", x: 11, y: (y.start + y.end) / 2)
  }

  private func grid(_ ticks: [Double]) -> String {
    let lines = ticks.map { "M\(Digits.coordinate(x.start)) \(Digits.coordinate(y($0)))H\(Digits.coordinate(x.end))" }
    return #"<path class="grid" d="\#(lines.joined())"/>"#
      + ticks.map { Markup.text(Digits.tick($0), "tick left", x: x.start - 5, y: y($0) + 4) }.joined()
  }

  /// The names of the values along the horizontal axis, as long as they have room.
  private func columns(_ names: [String]) -> String {
    let letters = Int((x.end - x.start) / Double(max(names.count, 1)) / 6.6)
    return names.enumerated().map { place, name in
      let text = name.count > letters ? "\(name.prefix(max(1, letters - 1)))…" : name
      return Markup.text(text, "tick", x: x(Double(place)), y: y.start + 16)
    }.joined()
  }

  private var bottomTicks: String {
    let floor = y.start
    if let names {
      return #"<path class="edge" d="M\#(Digits.coordinate(x.start)) \#(Digits.coordinate(floor))"#
        + #"H\#(Digits.coordinate(x.end))"/>"# + columns(names)
    }
    let ticks = x.ticks(5)
    let lines = ticks.map { "M\(Digits.coordinate(x($0))) \(Digits.coordinate(floor))v4" }
    return #"<path class="edge" d="M\#(Digits.coordinate(x.start)) \#(Digits.coordinate(floor))"#
      + #"H\#(Digits.coordinate(x.end))\#(lines.joined())"/>"#
      + ticks.map { Frame.tick($0, at: x($0), floor: floor, width: Frame.width) }.joined()
  }

  /// The label of a tick of a horizontal axis, moved away from the right edge so that it is not cut.
  static func tick(_ value: Double, at place: Double, floor: Double, width: Double) -> String {
    let label = Digits.tick(value)
    return Markup.text(label, "tick", x: min(place, width - 4 - 3.2 * Double(label.count)), y: floor + 16)
  }
}
