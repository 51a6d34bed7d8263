import Images

/// Tiles of the same size, side by side on white, as one picture for TensorBoard.
struct Sheet {
  private static let (gap, columns) = (2, 8)
  /// Smaller tiles are enlarged, each pixel as a square.
  private static let smallest = 24

  let size: ImageSize
  /// Red, green and blue, row by row.
  let pixels: [UInt8]

  /// Arranges tiles, eight per row; nil if there are none.
  init?(_ tiles: [Tile]) {
    guard let first = tiles.first else { return nil }
    let scale = max(1, Sheet.smallest / max(first.height, first.width, 1))
    let (height, width) = (first.height * scale + Sheet.gap, first.width * scale + Sheet.gap)
    let columns = min(Sheet.columns, tiles.count)
    let rows = (tiles.count + columns - 1) / columns
    let size = ImageSize(height: rows * height + Sheet.gap, width: columns * width + Sheet.gap)
    var pixels = [UInt8](repeating: 255, count: size.count * 3)
    for (index, tile) in tiles.enumerated() {
      let (top, left) = (index / columns * height + Sheet.gap, index % columns * width + Sheet.gap)
      for row in 0..<tile.height * scale {
        for column in 0..<tile.width * scale {
          let place = ((top + row) * size.width + left + column) * 3
          pixels.replaceSubrange(place..<place + 3, with: tile.onWhite(row: row / scale, column: column / scale))
        }
      }
    }
    self.size = size
    self.pixels = pixels
  }

  /// The picture as a PNG file.
  /// - Throws: `Failure` (software) if it cannot be encoded.
  func png() throws -> [UInt8] { try PNGEncoder.encode(pixels, size: size, colors: .rgb) }
}
