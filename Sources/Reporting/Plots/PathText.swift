/// The text of an SVG path, as short as possible: each point relative to the one before, in tenths of a pixel.
struct PathText {
  private(set) var text = ""
  /// The current point, in tenths of a pixel.
  private var (x, y) = (0, 0)
  private var isDrawing = false

  /// Begins a new part of the path at a point.
  mutating func move(_ x: Double, _ y: Double) {
    (self.x, self.y) = (PathText.tenths(x), PathText.tenths(y))
    text += "M" + PathText.number(self.x) + PathText.separated(self.y)
    isDrawing = false
  }

  /// Draws a line to a point.
  mutating func line(_ x: Double, _ y: Double) {
    let (right, down) = (PathText.tenths(x), PathText.tenths(y))
    // One letter is enough for all lines that follow.
    text += (isDrawing ? PathText.separated(right - self.x) : "l" + PathText.number(right - self.x))
    text += PathText.separated(down - self.y)
    (self.x, self.y) = (right, down)
    isDrawing = true
  }

  /// Closes the current part of the path.
  mutating func close() {
    text += "z"
    isDrawing = false
  }

  private static func tenths(_ value: Double) -> Int { Int((value * 10).rounded()) }

  /// A minus sign separates numbers, otherwise a blank.
  private static func separated(_ tenths: Int) -> String { (tenths < 0 ? "" : " ") + number(tenths) }

  private static func number(_ tenths: Int) -> String {
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    let sign = tenths < 0 ? "-" : ""
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole == 0 ? "" : String(whole)).\(rest)"
  }
}
