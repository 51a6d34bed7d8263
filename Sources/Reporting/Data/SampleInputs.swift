import Datasets
import Tensors

/// Copies of the inputs of a few samples.
struct SampleInputs {
  private let shape: Shape
  private let copies: [[Float]]

  /// Loads samples of an epoch, as they were before the `normalization` of their channels, if one is given.
  /// - Throws: `Failure` if a sample cannot be read.
  init(
    _ data: any Dataset, samples: [Int], epoch: Int = 0,
    undoing normalization: (mean: [Double], deviation: [Double])? = nil
  ) throws {
    let batch = try Batch(for: data, capacity: samples.count)
    try samples.withUnsafeBufferPointer { try data.load(epoch: epoch, indices: $0, into: batch) }
    shape = data.inputShape
    let view = batch.view
    copies = samples.indices.map { sample in
      (0..<view.steps(ofSample: sample)).flatMap { step in
        (0..<view.positions).flatMap { position in
          let row = view.row(step: step, sample: sample, position: position)
          return (0..<view.columns).map { column in
            guard let (mean, deviation) = normalization else { return row[column] }
            return row[column] * Float(deviation[column]) + Float(mean[column])
          }
        }
      }
    }
  }

  /// One sample's values, by step or pixel, then by feature.
  func values(_ sample: Int) -> [Float] { copies[sample] }

  /// A picture of one sample, which is an image, its values stretched from black to white over `range`; nil for its own
  /// range.
  func tile(_ sample: Int, range: ClosedRange<Float>? = nil) -> Tile {
    Tile.image(
      copies[sample], height: shape.extents[0], width: shape.extents[1], channels: shape.features, range: range)
  }
}

extension Dataset {
  /// Pictures of samples that are images, as the model sees them.
  /// - Throws: `Failure` if a sample cannot be read.
  func tiles(samples: [Int]) throws -> [Tile] {
    let inputs = try SampleInputs(self, samples: samples)
    return samples.indices.map { inputs.tile($0) }
  }

  /// A sample's text; of a file's path only the last two parts.
  func shortText(of index: Int) -> String {
    let text = (try? text(of: index)) ?? "sample \(index)"
    return self is ImageFolder ? text.split(separator: "/").suffix(2).joined(separator: "/") : text
  }
}
