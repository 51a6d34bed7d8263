import Tensors

/// The targets of samples.
enum SequenceTargets {
  /// None: class 0 for each of `count` samples.
  case none(count: Int)
  /// A class for each sample.
  case classes([Int32])
  /// A class for each step of samples that begin at these.
  case stepClasses([Int32], offsets: SampleOffsets)
  /// Numbers of a shape for each sample, which count as one step.
  case numbers(any StepSource, shape: Shape)
  /// Numbers for each step.
  case stepNumbers(any StepSource)

  /// The form of one sample's target.
  var layout: TargetLayout {
    switch self {
    case .none, .classes: .oneClass
    case .stepClasses(_, let offsets): .classes(steps: offsets.longest)
    case .numbers(_, let shape): .values(shape)
    case .stepNumbers(let numbers): .values(.sequence(steps: numbers.offsets.longest, features: numbers.features))
    }
  }

  /// The class of each sample; nil if there is more than one or none.
  var classes: [Int32]? {
    if case .classes(let classes) = self { classes } else { nil }
  }

  /// Where the numbers are; nil if there are none.
  var numbers: (any StepSource)? {
    switch self {
    case .numbers(let numbers, _), .stepNumbers(let numbers): numbers
    case .none, .classes, .stepClasses: nil
    }
  }
}
