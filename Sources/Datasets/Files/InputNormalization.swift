import Tensors

/// (x − mean) / std of the numbers of inputs in float32, as they are loaded: by channel or feature, the last axis of a sample.
package struct InputNormalization: Sendable {
  /// The numbers of the channels, over and over, so that the compiler makes vector instructions of the loop.
  private let means, deviations: [Float]

  /// The values after which the numbers of the channels begin anew, at least.
  private static let period = 256

  /// One number each for all channels, or one for each of them; nil if that changes nothing.
  package init?(mean: [Double], std: [Double], channels: Int) {
    guard mean.contains(where: { $0 != 0 }) || std.contains(where: { $0 != 1 }) else { return nil }
    func repeated(_ numbers: [Double]) -> [Float] {
      precondition(numbers.count == 1 || numbers.count == channels, "a number for each channel, or one for all")
      let own = (0..<channels).map { Float(numbers[numbers.count == 1 ? 0 : $0]) }
      return (0..<max(1, InputNormalization.period / channels)).flatMap { _ in own }
    }
    (means, deviations) = (repeated(mean), repeated(std))
  }

  /// Normalizes numbers, which begin with the first channel.
  func apply(to numbers: UnsafeMutableBufferPointer<Float>) {
    means.withUnsafeBufferPointer { means in
      deviations.withUnsafeBufferPointer { deviations in
        for start in stride(from: 0, to: numbers.count, by: means.count) {
          for place in 0..<min(means.count, numbers.count - start) {
            numbers[start + place] = (numbers[start + place] - means[place]) / deviations[place]
          }
        }
      }
    }
  }
}

/// The steps of another source, normalized when they are loaded.
struct NormalizedSteps: StepSource {
  let raw: any StepSource
  let normalization: InputNormalization

  var features: Int { raw.features }
  var offsets: SampleOffsets { raw.offsets }
  var isInMemory: Bool { raw.isInMemory }

  func checkUnchanged() throws { try raw.checkUnchanged() }

  func write(_ sample: Int, to view: TensorView, place: Int) throws {
    try raw.write(sample, to: view, place: place)
    let steps = offsets.steps(of: sample).count
    // The steps of a ragged view stand one after the other.
    let runs = view.starts == nil ? steps : 1
    for run in 0..<runs {
      normalization.apply(
        to: UnsafeMutableBufferPointer(
          start: view.row(step: run, sample: place).floats, count: steps / runs * features))
    }
  }
}
