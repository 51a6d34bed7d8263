import Foundation

/// A curve over a logarithmic axis, drawn with braille dots in lines of text.
package struct TextPlot {
  /// Points in ascending order of `x`, which is above 0.
  private let points: [(x: Double, y: Double)]
  private let yRange: ClosedRange<Double>
  /// A value on the horizontal axis that is marked, with its name.
  private let mark: (x: Double, name: String)?

  /// A curve, which leaves the plot where its values are outside `yRange`; `mark` names a place below the axis.
  package init(
    _ points: [(x: Double, y: Double)], yRange: ClosedRange<Double>, mark: (x: Double, name: String)? = nil
  ) {
    self.points = points
    self.yRange = yRange
    self.mark = mark
  }

  /// The text, in lines of at most `width` columns, with `height` lines for the curve. Empty if there are no two points, or
  /// not enough room.
  package func text(width: Int, height: Int) -> String {
    let labels = [Format.loss(yRange.upperBound), Format.loss(yRange.lowerBound)]
    let margin = (labels.map(\.count).max() ?? 0) + 1
    let columns = min(width - 1, 90) - margin - 1
    guard let first = points.first?.x, let last = points.last?.x, last > first, columns >= 16, height >= 2 else {
      return ""
    }
    let scale = { (x: Double) in log(x / first) / log(last / first) }
    var rows = cells(columns: columns, rows: height, scale: scale).enumerated().map { row, cells in
      let label = row == 0 ? labels[0] : row == height - 1 ? labels[1] : ""
      return padded(label, to: margin) + "│" + cells
    }
    rows.append(String(repeating: " ", count: margin) + "└" + axis(columns: columns, from: first, to: last, scale))
    if let mark {
      let place = min(columns - 1, max(0, Int(scale(mark.x) * Double(columns - 1) + 0.5)))
      let name = "▲ \(mark.name)"
      let start = margin + 1 + place
      // The name stands at the left of its sign if there is no room at the right.
      rows.append(
        start + name.count <= width - 1
          ? String(repeating: " ", count: start) + name
          : padded("\(mark.name) ▲", to: start + 1))
    }
    return rows.map { $0.withoutBlanksAtEnd + "\n" }.joined()
  }

  private func padded(_ text: String, to count: Int) -> String {
    String(repeating: " ", count: max(0, count - text.count)) + text
  }

  /// The curve's characters: each has 2 × 4 dots.
  private func cells(columns: Int, rows: Int, scale: (Double) -> Double) -> [String] {
    let (wide, high) = (2 * columns, 4 * rows)
    var dots = [UInt32](repeating: 0, count: columns * rows)
    func set(_ x: Int, _ y: Int) {
      guard 0..<high ~= y else { return }
      let bit: UInt32 = x.isMultiple(of: 2) ? [0x01, 0x02, 0x04, 0x40][y % 4] : [0x08, 0x10, 0x20, 0x80][y % 4]
      dots[y / 4 * columns + x / 2] |= bit
    }
    let length = max(yRange.upperBound - yRange.lowerBound, .leastNormalMagnitude)
    let places = points.filter { !$0.y.isNaN }.map { point in
      // A value far outside makes its line about vertical.
      let share = min(max((point.y - yRange.lowerBound) / length, -9), 10)
      return (x: Int((scale(point.x) * Double(wide - 1)).rounded()), y: Int(((1 - share) * Double(high - 1)).rounded()))
    }
    for (from, to) in zip(places, places.dropFirst()) {
      let steps = max(abs(to.x - from.x), abs(to.y - from.y), 1)
      for step in 0...steps {
        set(from.x + (to.x - from.x) * step / steps, from.y + (to.y - from.y) * step / steps)
      }
    }
    return (0..<rows).map { row in
      (0..<columns).map { column in
        let cell = dots[row * columns + column]
        return cell == 0 ? " " : Unicode.Scalar(0x2800 + cell).map { String(Character($0)) } ?? " "
      }.joined()
    }
  }

  /// The axis with its powers of ten, as many as there is room for.
  private func axis(columns: Int, from first: Double, to last: Double, _ scale: (Double) -> Double) -> String {
    let exponents =
      Int(
        (log10(first) - 1e-9).rounded(.up))...max(
        Int((log10(first) - 1e-9).rounded(.up)), Int((log10(last) + 1e-9).rounded(.down)))
    var line = Array(repeating: Character("─"), count: columns)
    var free = 0
    for exponent in exponents {
      let value = pow(10, Double(exponent))
      let label = Array("┴" + String(format: "%g", value))
      let place = Int(scale(value) * Double(columns - 1) + 0.5)
      guard value >= first * 0.999, place >= free, place + label.count <= columns else { continue }
      line.replaceSubrange(place..<place + label.count, with: label)
      free = place + label.count + 1
    }
    return String(line)
  }
}
