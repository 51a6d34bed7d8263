import Datasets
import Tensors

/// Copies of the inputs of a few samples.
struct SampleInputs {
  private let copies: [[Float]]

  /// Loads samples of an epoch.
  /// - Throws: `Failure` if a sample cannot be read.
  init(_ data: any Dataset, samples: [Int], epoch: Int = 0) throws {
    let batch = try Batch(for: data, capacity: samples.count)
    try samples.withUnsafeBufferPointer { try data.load(epoch: epoch, indices: $0, into: batch) }
    let view = batch.view
    copies = samples.indices.map { sample in
      (0..<view.steps(ofSample: sample)).flatMap { step in
        (0..<view.positions).flatMap { position in
          let row = view.row(step: step, sample: sample, position: position)
          return (0..<view.columns).map { row[$0] }
        }
      }
    }
  }

  /// One sample's values, by step or pixel, then by feature.
  func values(_ sample: Int) -> [Float] { copies[sample] }
}

extension Dataset {
  /// Pictures of samples that are images, as the model sees them.
  /// - Throws: `Failure` if a sample cannot be read.
  func tiles(samples: [Int]) throws -> [Tile] {
    let inputs = try SampleInputs(self, samples: samples)
    return samples.indices.map { place in
      Tile.image(
        inputs.values(place), height: inputShape.extents[0], width: inputShape.extents[1], channels: inputShape.features
      )
    }
  }

  /// A sample's text; of a file's path only the last two parts.
  func shortText(of index: Int) -> String {
    let text = (try? text(of: index)) ?? "sample \(index)"
    return self is ImageDataset ? text.split(separator: "/").suffix(2).joined(separator: "/") : text
  }
}
