import Tensors

/// What is known of the samples of one part of the data.
package struct PartStatistics: Sendable {
  /// The part.
  package let split: Split
  /// The shape of the inputs.
  package let shape: Shape
  /// The number of samples.
  package let count: Int
  /// The number of samples whose values were read; they are evenly spaced if not all.
  package let examined: Int
  /// The lengths of all samples; nil if samples have no steps of their own.
  package let lengths: LengthCounts?
  /// The number of targets of each class; empty if targets are numbers. Of all samples if their classes are known before they
  /// are read, else of the examined ones.
  package private(set) var classes: [Int]
  /// The number of targets that are of no class, such as those of padding.
  package private(set) var unclassed = 0
  /// The values of each feature or channel of the inputs.
  package private(set) var inputs: [ValueMoments]
  /// The values of each output's targets; empty if targets are classes.
  package private(set) var outputs: [ValueMoments]

  /// The number of targets of some class.
  package var classed: Int { classes.reduce(0, +) }
  /// Whether the values of some samples were not read.
  package var isPartial: Bool { examined < count }

  private let classesAreKnown: Bool

  /// Of a part of which at most `limit` samples are to be read. It has the training's number of classes: its own labels may lack
  /// the last ones.
  init(_ data: any Dataset, of split: Split, limit: Int, classes count: Int) {
    (self.split, shape, self.count) = (split, data.inputShape, data.count)
    examined = min(data.count, limit)
    lengths = data.hasLengths ? LengthCounts(of: data) : nil
    inputs = Array(repeating: ValueMoments(), count: data.inputShape.features)
    switch data.targetLayout {
    case .oneClass, .classes:
      classes = Array(repeating: 0, count: count)
      outputs = []
    case .values(let shape):
      classes = []
      outputs = Array(repeating: ValueMoments(), count: shape.features)
    }
    let known = data.targetLayout == .oneClass ? data.classes : nil
    classesAreKnown = known != nil
    known?.forEach { tally($0) }
  }

  /// The indices of the samples to read, evenly spaced.
  var indices: some Sequence<Int> {
    let (all, wanted) = (count, examined)
    return (0..<wanted).lazy.map { $0 * all / wanted }
  }

  /// Adds the samples of a batch, and tells `note` each one's place in it, inputs and class. `scratch` is memory to reuse.
  mutating func add(
    _ batch: Batch, scratch: inout [Float],
    note: (_ place: Int, UnsafeBufferPointer<Float>, _ label: Int32?) -> Void
  ) {
    let view = batch.view
    for place in 0..<batch.count {
      view.copy(sample: place, to: &scratch)
      let label = batch.targetLayout == .oneClass ? batch.classes[batch.targetRow(step: 0, sample: place)] : nil
      scratch.withUnsafeBufferPointer { values in
        for feature in inputs.indices { inputs[feature].add(values, first: feature, stride: inputs.count) }
        note(place, values, label)
      }
      addTargets(batch, sample: place, scratch: &scratch)
    }
  }

  private mutating func addTargets(_ batch: Batch, sample: Int, scratch: inout [Float]) {
    switch batch.targets {
    case .classes, .mixedClasses:
      guard !classesAreKnown else { return }
      for step in 0..<batch.targetSteps(ofSample: sample) {
        tally(batch.classes[batch.targetRow(step: step, sample: sample)])
      }
    case .values(let view):
      view.copy(sample: sample, to: &scratch)
      scratch.withUnsafeBufferPointer { values in
        for output in outputs.indices { outputs[output].add(values, first: output, stride: outputs.count) }
      }
    }
  }

  private mutating func tally(_ label: Int32) {
    if classes.indices.contains(Int(label)) { classes[Int(label)] += 1 } else { unclassed += 1 }
  }
}

extension TensorView {
  /// Copies a sample of a batch, by step or pixel, then by feature.
  fileprivate func copy(sample: Int, to values: inout [Float]) {
    values.removeAll(keepingCapacity: true)
    for step in 0..<steps(ofSample: sample) {
      // Rows of a batch have no padding, and the pixels of a sample follow each other.
      values.append(
        contentsOf: UnsafeBufferPointer(start: row(step: step, sample: sample).floats, count: positions * columns))
    }
  }
}
