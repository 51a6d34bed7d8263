import Datasets
import Training

/// What one layer makes of an image, channel by channel.
struct FeatureMapTiles {
  private static let (layers, channels) = (3, 32)

  let output: LayerOutput
  /// The size of the largest value, which is painted fully.
  let limit: Float
  /// Whether there are values below zero.
  let isSigned: Bool
  /// A tile a channel and its greatest value: the first of them where there are many.
  let tiles: [(tile: Tile, greatest: Float)]

  /// Those of the first layer that gives images, of one in the middle, and of the last, for a sample of a data set.
  /// - Throws: `Failure` where the sample cannot be read, or memory is short.
  static func all(_ probe: ModelProbe, data: any Dataset, sample: Int) throws -> [FeatureMapTiles] {
    let result = try probe.run(on: data, samples: [sample], gradients: false)
    // Layers within blocks, such as a residual connection's, are part of these.
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
