import Foundation

/// The rectangle that a plot is drawn in, with its grid, ticks and labels.
struct Frame {
  /// Width of every plot; small enough for a phone, where it is shown as it is.
  static let width = 400.0
  private static let (right, top, bottom) = (12.0, 8.0, 38.0)
  private static let usualLeft = 62.0

  let x, y: Scale
  let height: Double
  private let labels: (x: String, y: String)

  /// A frame `height` high for values in two domains; `lines` lines of labels fit below it.
  init(
    _ xAxis: Axis, _ xDomain: ClosedRange<Double>, _ yAxis: Axis, _ yDomain: ClosedRange<Double>, height: Double = 236
  ) {
    self.height = height
    labels = (xAxis.label, yAxis.label)
    y = yAxis.scale(yDomain, from: height - Frame.bottom, to: Frame.top)
    x = xAxis.scale(xDomain, from: Frame.left(besides: y.ticks(4)), to: Frame.width - Frame.right)
  }

  /// Pixels of the plot's width inside the frame.
  static var columns: Int { Int(width - usualLeft - right) }

  /// Where a frame begins whose vertical axis has these ticks: farther right where their labels are long, so that they do
  /// not lie over the axis's own.
  static func left(besides ticks: [Double]) -> Double {
    let letters = ticks.map { Digits.tick($0).count }.max() ?? 0
    return max(usualLeft, 25 + 7 * Double(letters))
  }

  /// The attributes from which the script knows which value lies where.
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

  private var bottomTicks: String {
    let floor = y.start
    let ticks = x.ticks(5)
    let lines = ticks.map { "M\(Digits.coordinate(x($0))) \(Digits.coordinate(floor))v4" }
    return #"<path class="edge" d="M\#(Digits.coordinate(x.start)) \#(Digits.coordinate(floor))"#
      + #"H\#(Digits.coordinate(x.end))\#(lines.joined())"/>"#
      + ticks.map { Frame.tick($0, at: x($0), floor: floor, width: Frame.width) }.joined()
  }

  /// The label of a tick of a horizontal axis; at the right edge it would be cut.
  static func tick(_ value: Double, at place: Double, floor: Double, width: Double) -> String {
    let label = Digits.tick(value)
    return Markup.text(label, "tick", x: min(place, width - 4 - 3.2 * Double(label.count)), y: floor + 16)
  }
}
