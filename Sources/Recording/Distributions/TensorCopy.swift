import Training

/// A copy of a step's weights, gradient and update.
final class TensorCopy: Sendable {
  /// One parameter's range of the vectors.
  struct Segment: Sendable {
    let name: String
    let range: Range<Int>
  }

  let step: Int
  let epoch: Int
  let segments: [Segment]
  let weights: [Float]
  let gradient: [Float]
  /// What the step added to the weights.
  let update: [Float]

  /// The size of all vectors in bytes.
  var byteCount: Int { (weights.count + gradient.count + update.count) * MemoryLayout<Float>.size }

  /// Copies the tensors of a report.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  init(_ report: TensorReport) throws {
    step = report.step
    epoch = report.epoch
    segments = report.model.parameters.map { Segment(name: $0.name, range: $0.offset..<$0.offset + $0.count) }
    weights = Array(try report.model.weights.values.floats)
    gradient = Array(report.gradient.floats)
    update = zip(weights, report.former.floats).map { $0 - $1 }
  }
}
