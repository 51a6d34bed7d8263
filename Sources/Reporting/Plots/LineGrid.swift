import Foundation

/// Small curves in rows, each with a caption.
struct LineGrid {
  /// The curves of one cell, drawn over each other.
  struct Cell {
    let curves: [[Float]]
    /// A short text below.
    let caption: String
    /// The text shown on hovering.
    let words: String
  }

  private static let (height, gap, caption, margin, points) = (64.0, 6.0, 20.0, 3.0, 200)

  let cells: [Cell]
  /// The number of cells per row.
  let columns: Int
  /// The values at the lower and the upper edge of every cell.
  let range: ClosedRange<Double>

  /// The drawing.
  func drawing(title: String) -> Drawing {
    let width = (Frame.width - Self.gap * Double(columns - 1)) / Double(columns)
    let letters = Int(width / 6.4)
    let longest = cells.flatMap(\.curves).map(\.count).max() ?? 1
    let content = cells.enumerated().map { index, cell in
      let x = Double(index % columns) * (width + Self.gap)
      let y = Double(index / columns) * (Self.height + Self.caption)
      let across = Scale(0...Double(max(longest - 1, 1)), from: x + Self.margin, to: x + width - Self.margin)
      let up = Scale(range, from: y + Self.height - Self.margin, to: y + Self.margin)
      let place = Markup.place(x: x, y: y, width: width, height: Self.height)
      let curves = cell.curves.enumerated().map { number, values in
        #"<path class="series thin c\#(number % 6)" d="\#(Self.path(values, across, up))"/>"#
      }
      let caption = cell.caption.count > letters ? "\(cell.caption.prefix(max(1, letters - 1)))…" : cell.caption
      return curves.joined()
        + #"<rect class="frames" pointer-events="all" \#(place) data-tip="\#(cell.words.escapedForMarkup)"/>"#
        + Markup.text(caption, "tick", x: x + width / 2, y: y + Self.height + 14)
    }
    let rows = (cells.count + columns - 1) / columns
    return Drawing(
      kind: "pictures", width: Frame.width, height: Double(rows) * (Self.height + Self.caption), title: title,
      content: content.joined())
  }

  /// A line through at most a few hundred of the values, evenly spaced.
  private static func path(_ values: [Float], _ across: Scale, _ up: Scale) -> String {
    var path = PathText()
    let every = max(1, values.count / points)
    for (number, index) in stride(from: 0, to: values.count, by: every).enumerated() {
      let (x, y) = (across(Double(index)), up(Double(values[index])))
      number == 0 ? path.move(x, y) : path.line(x, y)
      // A line to the same point would be invisible.
      if values.count == 1 { path.line(x + 0.1, y) }
    }
    return path.text
  }
}
