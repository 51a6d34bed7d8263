/// Rows of numbers for the steps of samples that differ in length: one sample after the other, without padding.
struct RaggedSteps<Value: BinaryFloatingPoint> {
  /// The numbers of a step.
  let features: Int
  /// The numbers of all steps, step by step.
  var values: [Value]
  /// The first step of each sample, and after the last one the number of all steps.
  private(set) var starts: [Int]

  /// No samples.
  init(features: Int) {
    self.features = features
    (values, starts) = ([], [0])
  }

  /// Samples that begin at these steps; the last start is the number of steps.
  init(features: Int, values: [Value], starts: [Int]) {
    precondition(values.count == features * (starts.last ?? 0), "the starts end with the steps")
    self.features = features
    self.values = values
    self.starts = starts
  }

  /// Samples of one step each.
  init(rows values: [Value], features: Int) {
    self.init(features: features, values: values, starts: Array(0...values.count / features))
  }

  /// The number of samples.
  var count: Int { starts.count - 1 }

  /// The samples' first steps.
  var offsets: SampleOffsets { .listed(starts) }

  /// A sample's steps among all.
  func steps(of sample: Int) -> Range<Int> { starts[sample]..<starts[sample + 1] }

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
  mutating func end() { starts.append(values.count / features) }

  /// The same numbers, rounded to float32.
  var rounded: RaggedSteps<Float> {
    RaggedSteps<Float>(features: features, values: values.map { Float($0) }, starts: starts)
  }
}
