import Foundation

/// The rectangle that a plot is drawn in, with its grid, ticks and labels.
struct Frame {
  /// Width of every plot; small enough for a phone, where it is shown as it is.
  static let width = 400.0
  private static let (left, right, top, bottom) = (58.0, 12.0, 8.0, 38.0)

  let x, y: Scale
  let height: Double
  private let labels: (x: String, y: String)

  /// A frame `height` high for values in two domains; `lines` lines of labels fit below it.
  init(
    _ xAxis: Axis, _ xDomain: ClosedRange<Double>, _ yAxis: Axis, _ yDomain: ClosedRange<Double>, height: Double = 236
  ) {
    self.height = height
    labels = (xAxis.label, yAxis.label)
    x = Scale(
      xDomain, from: Frame.left, to: Frame.width - Frame.right, isLogarithmic: xAxis.isLogarithmic)
    y = Scale(yDomain, from: height - Frame.bottom, to: Frame.top, isLogarithmic: yAxis.isLogarithmic)
  }

  /// Pixels of the plot's width inside the frame.
  static var columns: Int { Int(width - left - right) }

  /// The attributes from which the script knows which value lies where.
  var attributes: String {
    let edges = [x.start, x.end, y.end, y.start].map(Digits.coordinate).joined(separator: " ")
    let domain = [x.domain.lowerBound, x.domain.upperBound].map { Digits.value($0, significant: 8) }
    return #"viewBox="0 0 \#(Digits.coordinate(Frame.width)) \#(Digits.coordinate(height))" data-edges="\#(edges)" "#
      + #"data-domain="\#(domain.joined(separator: " "))" data-x="\#(labels.x.escapedForMarkup)""#
  }

  /// Grid, ticks and labels.
  var markup: String { grid(y.ticks(4)) + bottomTicks + axisLabels + #"<path class="cross"/>"# }

  /// What labels the axes.
  var axisLabels: String {
    let middle = (x.start + x.end) / 2
    let centre = (y.start + y.end) / 2
    return #"<text class="axis" x="\#(Digits.coordinate(middle))" y="\#(Digits.coordinate(height - 5))">"#
      + #"\#(labels.x.escapedForMarkup)</text>"#
      + #"<text class="axis" transform="translate(12 \#(Digits.coordinate(centre))) rotate(-90)">"#
      + #"\#(labels.y.escapedForMarkup)</text>"#
  }

  private func grid(_ ticks: [Double]) -> String {
    let lines = ticks.map { "M\(Digits.coordinate(x.start)) \(Digits.coordinate(y($0)))H\(Digits.coordinate(x.end))" }
    let labels = ticks.map {
      #"<text class="tick left" x="\#(Digits.coordinate(x.start - 5))" y="\#(Digits.coordinate(y($0) + 4))">"#
        + "\(Digits.tick($0))</text>"
    }
    return #"<path class="grid" d="\#(lines.joined())"/>"# + labels.joined()
  }

  /// The ticks of the horizontal axis.
  var bottomTicks: String {
    let floor = y.start
    let ticks = x.ticks(5)
    let lines = ticks.map { "M\(Digits.coordinate(x($0))) \(Digits.coordinate(floor))v4" }
    let labels = ticks.map { tick in
      // At the right edge the label would be cut.
      let place = min(x(tick), Frame.width - 4 - 3.2 * Double(Digits.tick(tick).count))
      return #"<text class="tick" x="\#(Digits.coordinate(place))" y="\#(Digits.coordinate(floor + 16))">"#
        + "\(Digits.tick(tick))</text>"
    }
    return #"<path class="edge" d="M\#(Digits.coordinate(x.start)) \#(Digits.coordinate(floor))"#
      + #"H\#(Digits.coordinate(x.end))\#(lines.joined())"/>"# + labels.joined()
  }
}
