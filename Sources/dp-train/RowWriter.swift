import DPTrain

/// Writes a table row by row; each column is as wide as its widest cell so far.
struct RowWriter {
  private var widths: [Int] = []

  /// Makes a column at least `width` characters wide.
  mutating func widen(_ column: Int, to width: Int) {
    while widths.count <= column { widths.append(0) }
    widths[column] = max(widths[column], width)
  }

  /// Writes a row. Control characters are made visible.
  mutating func write(_ row: [String]) {
    let cells = row.map { $0.visible() }
    for (column, cell) in cells.enumerated() { widen(column, to: cell.count) }
    let padded = cells.enumerated().map { column, cell in
      column == cells.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
    }
    Terminal.write(padded.joined(separator: "  ") + "\n")
  }
}
