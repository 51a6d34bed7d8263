import Datasets
import Training

/// The outputs of one layer for an image, channel by channel.
struct FeatureMapTiles {
  private static let (layers, channels) = (3, 32)

  let output: LayerOutput
  /// The largest size of a value, which is fully opaque.
  let limit: Float
  /// Whether there are values below zero.
  let isSigned: Bool
  /// A tile for each channel and its greatest value; if there are many, only the first ones.
  let tiles: [(tile: Tile, greatest: Float)]

  /// The outputs of the first layer that gives images, of one in the middle, and of the last, for a sample of a data
  /// set.
  /// - Throws: `Failure` if the sample cannot be read, or there is not enough memory.
  static func all(_ probe: ModelProbe, data: any Dataset, sample: Int) throws -> [FeatureMapTiles] {
    let result = try probe.run(on: data, samples: [sample], gradients: false)
    // Only outer layers: layers within blocks, such as a residual connection's, are part of these.
    let candidates = result.outputs.filter {
      !$0.place.contains(".") && $0.shape.isImage && $0.shape.positions > 1
        && ["conv2d", "residual", "sequential"].contains($0.kind)
    }
    let chosen =
      candidates.count > layers ? [0, candidates.count / 2, candidates.count - 1] : Array(candidates.indices)
    return chosen.map { FeatureMapTiles(candidates[$0]) }
  }

  private init(_ output: LayerOutput) {
    self.output = output
    let maps = (0..<min(output.shape.features, FeatureMapTiles.channels)).map { channel in
      (0..<output.shape.positions).map { output.values[sample: 0, position: $0, column: channel] }
    }
    let limit = max(maps.flatMap(\.self).map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
    isSigned = maps.contains { $0.contains { $0 < 0 } }
    tiles = maps.map { map in
      (
        Tile.signed(map, height: output.shape.extents[0], width: output.shape.extents[1], limit: limit, power: 0.7),
        map.max() ?? 0
      )
    }
    self.limit = limit
  }
}
