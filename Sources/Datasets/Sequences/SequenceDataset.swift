import Tensors

/// Samples of sequences of any length, without padding, in memory or in a file. A vector or an image counts as one step.
package final class SequenceDataset: Dataset {
  /// What names a sample in messages.
  enum Names {
    /// Its index.
    case indices
    /// The line of the file on which it stands, and its index among all samples, also those that cannot be read.
    case lines([Int32], numbers: [Int32])
    /// The text in the file that identifies it.
    case texts([String])
  }

  /// [steps of the longest sample, features], or the shape of vectors or images.
  package let inputShape: Shape
  /// The form of one sample's target.
  package let targetLayout: TargetLayout
  /// The names of the classes; empty if targets are numbers.
  package let classNames: [String]
  /// Whether samples differ in length.
  package let hasLengths: Bool
  /// False: a sample is the same in every epoch.
  package let variesByEpoch = false
  /// Whether numbers are in a file, which may be slow.
  package let loadsAhead: Bool
  /// Notices about the file.
  package let notices: [String]
  /// The names of the channels, if they have any.
  let columns: [String]?
  /// The means and deviations by which the channels are standardized; nil if they are not.
  let scales: ChannelScales?
  /// The names of a target's numbers; empty if they have none.
  package var targetNames: [String] = []
  /// The weight of each sample; nil if none were read.
  package var sampleWeights: [Double]?
  /// The group of each sample; nil if none were read.
  package var groups: SampleGroups?
  private(set) var inputs: any StepSource
  let targets: SequenceTargets
  private let offsets: SampleOffsets
  private let names: Names
  private let path: String

  /// Samples with these inputs. `shape` is theirs if they are vectors or images, each a step of `inputs`; else nil.
  init(
    _ inputs: any StepSource, shape: Shape? = nil, targets: SequenceTargets, classNames: [String], path: String,
    names: Names = .indices, columns: [String]? = nil, scales: ChannelScales? = nil, notices: [String] = []
  ) {
    inputShape = shape ?? .sequence(steps: inputs.offsets.longest, features: inputs.features)
    targetLayout = targets.layout
    loadsAhead = !inputs.isInMemory || targets.numbers.map { !$0.isInMemory } ?? false
    offsets = inputs.offsets
    hasLengths = offsets.differ
    self.inputs = inputs
    self.targets = targets
    self.classNames = classNames
    self.path = path
    self.names = names
    self.columns = columns
    self.scales = scales
    self.notices = notices
  }

  /// Normalizes inputs when they are loaded.
  func normalize(by normalization: InputNormalization) {
    inputs = NormalizedSteps(raw: inputs, normalization: normalization)
  }

  /// Number of samples.
  package var count: Int { offsets.count }
  /// The class of each sample; nil if samples have more than one or none.
  package var classes: [Int32]? { targets.classes }

  /// The shape, the classes, and what new inputs need: the channels' names and scales.
  package var facts: DataFacts {
    DataFacts(
      inputShape: inputShape.extents, classNames: classNames, targetNames: targetNames, columns: columns,
      hasLengths: hasLengths,
      targetsAreOfSteps: targetLayout.areOfSteps ? true : nil, channelMeans: scales?.means,
      channelDeviations: scales?.deviations)
  }

  /// The sample's own number of steps.
  package func length(of index: Int) -> Int { offsets.steps(of: index).count }

  /// The file, and the sample's line, name or number.
  package func place(of index: Int) -> String {
    switch names {
    case .indices: "\(path): sample \(index)"
    case .lines(let lines, _): "\(path):\(lines[index])"
    case .texts(let texts): "\(path): sample \(texts[index])"
    }
  }

  /// The sample's name or number.
  package func text(of index: Int) -> String {
    switch names {
    case .indices: "sample \(index)"
    case .lines(_, let numbers): "sample \(numbers[index])"
    case .texts(let texts): texts[index]
    }
  }

  /// The sample's name among the inputs of `predict`: the file, and its name or number.
  func inputName(of index: Int) -> String {
    switch names {
    case .indices: "\(path)[\(index)]"
    case .lines(_, let numbers): "\(path)[\(numbers[index])]"
    case .texts(let texts): "\(path)[\(texts[index])]"
    }
  }
}
