import Datasets
import Diagnostics

/// Training samples as they are in several epochs: a picture of what random transforms make of them.
package enum AugmentedSamples {
  private static let epochs = 8

  /// A PNG file with a row for each of the first `count` samples, and a column for each of the first eight epochs.
  /// - Throws: `Failure` (data) if samples are not images, or one cannot be read.
  package static func png(of data: any Dataset, count: Int) throws -> [UInt8] {
    let samples = Array(0..<min(count, data.count))
    guard data.inputShape.isImage, !samples.isEmpty else {
      throw Failure(
        .data, "a sample is \(data.inputShape.text)", advice: "leave --pictures out: it shows images")
    }
    let columns = try (0..<epochs).map { try data.tiles(samples: samples, epoch: $0) }
    guard let sheet = Sheet(samples.flatMap { sample in columns.map { $0[sample] } }) else { return [] }
    return try sheet.png()
  }
}
