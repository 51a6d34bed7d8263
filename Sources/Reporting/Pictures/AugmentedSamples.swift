import Datasets
import Diagnostics
import Training

/// Training samples as they are in several epochs: a picture of what random transforms and mixing make of them.
package enum AugmentedSamples {
  private static let epochs = 8

  /// A PNG file with a row for each of the first `count` training samples, and a column for each of the first eight epochs.
  /// Samples that training mixes are mixed as if these were a batch. Series are lines. All pictures have one scale, so that
  /// they can be compared. If `areColours`, images have colours from 0 to 1 after `normalization`, which is undone, has been
  /// applied; else the scale is from the least to the greatest value.
  /// - Throws: `Failure` (data) if samples are neither images nor series, or one cannot be read.
  package static func png(
    of experiment: Experiment, count: Int, normalization: (mean: [Double], deviation: [Double])?, areColours: Bool
  ) throws -> [UInt8] {
    let (data, settings) = (experiment.data.training, experiment.settings)
    let shape = data.inputShape
    let samples = Array(0..<min(count, data.count))
    guard shape.isImage || shape.isSequence, !samples.isEmpty else {
      throw Failure(.data, "a sample is \(shape.text)", advice: "leave --pictures out: it shows images and series")
    }
    let mixing = settings.mixing.map { (way: $0, seed: settings.seed) }
    let columns = try (0..<epochs).map { epoch in
      try SampleInputs(data, samples: samples, epoch: epoch, mixing: mixing, undoing: normalization)
    }
    let values = columns.flatMap { inputs in samples.indices.flatMap(inputs.values) }
    let range = areColours && shape.isImage ? 0...1 : (values.min() ?? 0)...(values.max() ?? 1)
    let tiles = samples.indices.flatMap { sample in columns.map { $0.tile(sample, range: range) } }
    guard let sheet = Sheet(tiles) else { return [] }
    return try sheet.png()
  }
}
