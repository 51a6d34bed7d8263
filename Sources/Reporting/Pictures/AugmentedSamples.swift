import Datasets
import Diagnostics

/// Training samples as they are in several epochs: a picture of what random transforms make of them.
package enum AugmentedSamples {
  private static let epochs = 8

  /// A PNG file with a row for each of the first `count` samples, and a column for each of the first eight epochs. All pictures
  /// have one scale, so that brightness and contrast can be compared. If `areColours`, inputs are colours from 0 to 1 after
  /// `normalization`, which is undone, has been applied; else the scale is from their least to their greatest value.
  /// - Throws: `Failure` (data) if samples are not images, or one cannot be read.
  package static func png(
    of data: any Dataset, count: Int, normalization: (mean: [Double], deviation: [Double])?, areColours: Bool
  ) throws -> [UInt8] {
    let samples = Array(0..<min(count, data.count))
    guard data.inputShape.isImage, !samples.isEmpty else {
      throw Failure(
        .data, "a sample is \(data.inputShape.text)", advice: "leave --pictures out: it shows images")
    }
    let columns = try (0..<epochs).map { epoch in
      let inputs = try SampleInputs(data, samples: samples, epoch: epoch)
      return samples.map { undone(normalization, inputs.values($0)) }
    }
    let values = columns.joined().joined()
    let range = areColours ? 0...1 : (values.min() ?? 0)...(values.max() ?? 1)
    let (height, width) = (data.inputShape.extents[0], data.inputShape.extents[1])
    let tiles = samples.flatMap { sample in
      columns.map {
        Tile.image($0[sample], height: height, width: width, channels: data.inputShape.features, range: range)
      }
    }
    guard let sheet = Sheet(tiles) else { return [] }
    return try sheet.png()
  }

  /// Channels-last values as they were before their normalization.
  private static func undone(
    _ normalization: (mean: [Double], deviation: [Double])?, _ values: [Float]
  ) -> [Float] {
    guard let (mean, deviation) = normalization else { return values }
    let channels = mean.count
    return values.indices.map { values[$0] * Float(deviation[$0 % channels]) + Float(mean[$0 % channels]) }
  }
}
