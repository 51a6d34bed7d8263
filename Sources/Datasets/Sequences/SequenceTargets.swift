import Tensors

/// The targets of samples in memory.
enum SequenceTargets {
  /// None: class 0 for each of `count` samples.
  case none(count: Int)
  /// A class for each sample.
  case classes([Int32])
  /// A class for each step; `offsets` are the samples' first steps, and after the last one the number of all steps.
  case stepClasses([Int32], offsets: [Int])
  /// Numbers of a shape for each sample, one sample after the other.
  case numbers([Float], shape: Shape)
  /// Numbers for each step.
  case stepNumbers(RaggedSteps<Float>)

  /// The form of one sample's target.
  var layout: TargetLayout {
    switch self {
    case .none, .classes: .oneClass
    case .stepClasses(_, let offsets): .classes(steps: offsets.longestDistance)
    case .numbers(_, let shape): .values(shape)
    case .stepNumbers(let numbers): .values(.sequence(steps: numbers.longest, features: numbers.features))
    }
  }

  /// The class of each sample; nil if there is more than one or none.
  var classes: [Int32]? {
    if case .classes(let classes) = self { classes } else { nil }
  }
}
