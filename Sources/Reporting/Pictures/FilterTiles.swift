import Layers

/// The filters of a model's first convolution over images.
struct FilterTiles {
  private static let most = 64

  /// The parameter's name.
  let name: String
  /// The number of filters, and each one's channels and size.
  let count, channels, height, width: Int
  /// The largest size of a weight, which is fully opaque.
  let limit: Float
  /// A tile for each filter, and its least and greatest weight; if there are many, only the first ones.
  let tiles: [(tile: Tile, range: ClosedRange<Float>)]

  /// Whether the three channels are shown as colours. Otherwise only the first channel is shown.
  var isColour: Bool { channels == 3 }

  /// Reads the filters from the model; nil if no parameter is a filter for images.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  init?(_ model: Model) throws {
    guard let filters = model.parameters.first(where: { $0.shape.count == 4 }) else { return nil }
    name = filters.name
    (count, channels, height, width) = (filters.shape[0], filters.shape[1], filters.shape[2], filters.shape[3])
    let values = filters.toPyTorch(try model.weights.values(of: filters))
    let limit = max(values.map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
    let (channels, height, width, size) = (channels, height, width, height * width)
    tiles = (0..<min(count, FilterTiles.most)).map { filter in
      let own = Array(values[filter * channels * size..<(filter + 1) * channels * size])
      let tile =
        channels == 3
        ? Tile.colours(
          (0..<size).flatMap { pixel in (0..<3).map { own[$0 * size + pixel] } }, height: height, width: width,
          limit: limit) : Tile.signed(Array(own.prefix(size)), height: height, width: width, limit: limit)
      return (tile, (own.min() ?? 0)...(own.max() ?? 0))
    }
    self.limit = limit
  }
}
