import Images
import Tensors

/// The sequences of a data set, changed at random in each epoch.
///
/// Changes depend only on the seed, the epoch, the sample's index, and how often the epoch drew it before.
final class AugmentedSequences: Dataset {
  private let whole: any Dataset
  private let transforms: [any SequenceTransform]
  private let random: Philox

  /// The sequences of `whole`, changed by these transforms in order.
  init(_ whole: any Dataset, transforms: [any SequenceTransform], seed: UInt64) {
    self.whole = whole
    self.transforms = transforms
    random = Philox(seed: seed, purpose: .trainingData)
  }

  var inputShape: Shape { whole.inputShape }
  var targetLayout: TargetLayout { whole.targetLayout }
  var classNames: [String] { whole.classNames }
  var targetNames: [String] { whole.targetNames }
  var classes: [Int32]? { whole.classes }
  var sampleWeights: [Double]? { whole.sampleWeights }
  var fileRanges: [Range<Int>]? { whole.fileRanges }
  var count: Int { whole.count }
  var hasLengths: Bool { whole.hasLengths }
  /// As for the sequences themselves, whose state evaluations may use.
  var loadsAhead: Bool { whole.loadsAhead }
  var variesByEpoch: Bool { true }
  var facts: DataFacts { whole.facts }
  var notices: [String] { whole.notices }

  func length(of index: Int) -> Int { whole.length(of: index) }
  func place(of index: Int) -> String { whole.place(of: index) }
  func text(of index: Int) throws -> String { try whole.text(of: index) }
  func text(of index: Int, epoch: Int) throws -> String { try whole.text(of: index, epoch: epoch) }
  func use(_ machine: MachineShare) { whole.use(machine) }
  func expect(_ samples: [Int]) { whole.expect(samples) }

  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    try whole.load(epoch: epoch, indices: indices, into: batch)
    for (place, index) in indices.enumerated() {
      let steps = SampleSteps(of: batch, place: place)
      let sample = batch.randomIndex(of: index, at: place)
      for number in transforms.indices {
        transforms[number].apply(
          to: steps, random: TransformRandom(random, epoch: epoch, sample: sample, place: number))
      }
    }
  }
}

extension DataSplits {
  /// The same parts, with the sequences that are trained on changed at random. Evaluations take them without changes.
  package func augmented(by transforms: [any SequenceTransform], seed: UInt64) -> DataSplits {
    DataSplits(
      training: AugmentedSequences(training, transforms: transforms, seed: seed), validation: validation, test: test,
      notices: notices, shapeNotice: shapeNotice, damageNotice: damageNotice, measuredTraining: measured(.training),
      groups: groups)
  }
}
