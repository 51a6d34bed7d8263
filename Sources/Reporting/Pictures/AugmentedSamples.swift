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
      try SampleInputs(data, samples: samples, epoch: epoch, undoing: normalization)
    }
    let values = columns.flatMap { inputs in samples.indices.flatMap(inputs.values) }
    let range = areColours ? 0...1 : (values.min() ?? 0)...(values.max() ?? 1)
    let tiles = samples.indices.flatMap { sample in columns.map { $0.tile(sample, range: range) } }
    guard let sheet = Sheet(tiles) else { return [] }
    return try sheet.png()
  }
}
