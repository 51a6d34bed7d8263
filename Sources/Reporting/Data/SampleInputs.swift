import Datasets
import Tensors

/// Copies of the inputs of a few samples, and of their targets if these are numbers in a row.
struct SampleInputs {
  private let shape: Shape
  private let copies: [[Float]]
  /// The numbers of each sample's target; empty if targets are classes, or numbers of steps or pixels.
  let targets: [[Float]]

  /// Loads samples of an epoch, as they were before the `normalization` of their channels, if one is given. With `mixing` they
  /// are mixed as if they were the epoch's first batch.
  /// - Throws: `Failure` if a sample cannot be read.
  init(
    _ data: any Dataset, samples: [Int], epoch: Int = 0, mixing: (way: Mixing, seed: UInt64)? = nil,
    undoing normalization: (mean: [Double], deviation: [Double])? = nil
  ) throws {
    let batch = try Batch(for: data, isMixed: mixing != nil, capacity: samples.count)
    try samples.withUnsafeBufferPointer { try data.load(epoch: epoch, indices: $0, into: batch) }
    if let (way, seed) = mixing {
      let last = try Batch(for: data, capacity: 1)
      last.copy(sample: samples.count - 1, of: batch)
      let random = Philox(seed: seed, purpose: .mixing)
      batch.mix(way.draw(random, epoch: epoch, first: 0, shape: data.inputShape), first: last)
    }
    shape = data.inputShape
    if case .values(let shape) = data.targetLayout, !shape.isSequence, !shape.isImage,
      case .values(let view) = batch.targets
    {
      targets = samples.indices.map { sample in
        let row = view.row(step: 0, sample: sample)
        return (0..<view.columns).map { row[$0] }
      }
    } else {
      targets = []
    }
    let view = batch.view
    copies = samples.indices.map { sample in
      (0..<view.steps(ofSample: sample)).flatMap { step in
        (0..<view.positions).flatMap { position in
          let row = view.row(step: step, sample: sample, position: position)
          return (0..<view.columns).map { column in
            guard let (mean, deviation) = normalization else { return row[column] }
            return row[column] * Float(deviation.number(ofChannel: column)) + Float(mean.number(ofChannel: column))
          }
        }
      }
    }
  }

  /// One sample's values, by step or pixel, then by feature.
  func values(_ sample: Int) -> [Float] { copies[sample] }

  /// A picture of one sample: an image, its values stretched from black to white over `range`, or a series as lines. Without
  /// `range` it is that of the sample.
  func tile(_ sample: Int, range: ClosedRange<Float>? = nil) -> Tile {
    let values = copies[sample]
    guard shape.isSequence else {
      return .image(values, height: shape.extents[0], width: shape.extents[1], channels: shape.features, range: range)
    }
    let longest = (copies.map(\.count).max() ?? 0) / shape.features
    let own = (values.min() ?? 0)...(values.max() ?? 1)
    return .lines(values, channels: shape.features, steps: longest, range: range ?? own)
  }
}

extension [Double] {
  /// The number of a channel, where one number is for all.
  func number(ofChannel channel: Int) -> Double { self[count == 1 ? 0 : channel] }
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
    return self is ImageDataset ? text.split(separator: "/").suffix(2).joined(separator: "/") : text
  }
}
