import Tensors

/// Rows of numbers for the steps of samples that differ in length: one sample after the other, without padding.
struct RaggedSteps<Value: BinaryFloatingPoint> {
  /// The numbers of a step.
  let features: Int
  /// The numbers of all steps, step by step.
  var values: [Value]
  /// The first step of each sample, and after the last one the number of all steps.
  private(set) var offsets: [Int]

  /// No samples.
  init(features: Int) {
    self.features = features
    (values, offsets) = ([], [0])
  }

  /// Samples that begin at these steps; the last offset is the number of steps.
  init(features: Int, values: [Value], offsets: [Int]) {
    precondition(values.count == features * (offsets.last ?? 0), "the offsets end with the steps")
    self.features = features
    self.values = values
    self.offsets = offsets
  }

  /// The number of samples.
  var count: Int { offsets.count - 1 }

  /// A sample's steps among all.
  func steps(of sample: Int) -> Range<Int> { offsets[sample]..<offsets[sample + 1] }

  /// The steps of the longest sample.
  var longest: Int { offsets.longestDistance }

  /// Whether samples differ in length.
  var differ: Bool { (0..<count).contains { steps(of: $0).count != steps(of: 0).count } }

  /// Adds a sample whose numbers come channel by channel.
  mutating func append(channels: [Value], steps: Int) {
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: channels.count))
    for channel in 0..<features {
      for step in 0..<steps { values[start + step * features + channel] = channels[channel * steps + step] }
    }
    end()
  }

  /// Adds a step to the last, unfinished sample.
  mutating func append(step: ArraySlice<Value>) { values.append(contentsOf: step) }

  /// Ends the last sample.
  mutating func end() { offsets.append(values.count / features) }

  /// The same numbers, rounded to float32.
  var rounded: RaggedSteps<Float> {
    RaggedSteps<Float>(features: features, values: values.map { Float($0) }, offsets: offsets)
  }
}

extension [Int] {
  /// The longest distance between neighbours: the steps of the longest sample, if these are the samples' first steps and the
  /// number of all.
  var longestDistance: Int { zip(self, dropFirst()).lazy.map { $1 - $0 }.max() ?? 0 }
}
