import Diagnostics

/// How the channels of sequences are brought to mean 0 and deviation 1.
public enum Standardization: String, CaseIterable, Sendable {
  /// Not at all.
  case none
  /// Each channel of each sample by its own mean and deviation.
  case sample
  /// Each channel by its mean and deviation over the training samples.
  case channel
}

/// The mean and the deviation of each channel.
package struct ChannelScales: Equatable, Sendable {
  /// The means.
  package let means: [Double]
  /// The deviations of the whole population; 1 for a channel whose values are all the same.
  package let deviations: [Double]

  /// Those of the channels over all steps of some samples.
  init(of inputs: RaggedSteps<Double>, samples: [Int]) {
    let features = inputs.features
    var count = 0
    var means = [Double](repeating: 0, count: features)
    func forEach(_ body: (_ channel: Int, Double) -> Void) {
      for step in samples.lazy.flatMap(inputs.steps) {
        for channel in 0..<features { body(channel, inputs.values[step * features + channel]) }
      }
    }
    for sample in samples { count += inputs.steps(of: sample).count }
    forEach { means[$0] += $1 }
    for channel in 0..<features { means[channel] /= Double(count) }
    var squares = [Double](repeating: 0, count: features)
    forEach { squares[$0] += ($1 - means[$0]) * ($1 - means[$0]) }
    self.means = means
    deviations = squares.indices.map { channel in
      let deviation = (squares[channel] / Double(count)).squareRoot()
      // Rounding leaves a remainder of values that are all the same.
      return deviation > means[channel].magnitude * 1e-12 ? deviation : 1
    }
  }

  /// Those of a training run.
  /// - Throws: `Failure` (data) if the facts have none.
  package init(_ facts: DataFacts) throws {
    guard let means = facts.channelMeans, let deviations = facts.channelDeviations,
      let features = facts.inputShape.last,
      means.count == features, deviations.count == features, means.allSatisfy(\.isFinite),
      deviations.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw Failure(
        .data, "the run's data.json holds no channelMeans and channelDeviations",
        advice: "train again: the run was trained on other data, or without data.standardize: channel")
    }
    (self.means, self.deviations) = (means, deviations)
  }

  /// Changes the values of some steps.
  func apply(to inputs: inout RaggedSteps<Double>, steps: Range<Int>) {
    let features = inputs.features
    for step in steps {
      for channel in 0..<features {
        let place = step * features + channel
        inputs.values[place] = (inputs.values[place] - means[channel]) / deviations[channel]
      }
    }
  }
}
