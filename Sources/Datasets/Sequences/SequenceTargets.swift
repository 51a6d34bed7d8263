import Tensors

/// The targets of samples that differ in length.
enum SequenceTargets {
  /// None: class 0 for each of `count` samples.
  case none(count: Int)
  /// A class for each sample.
  case classes([Int32])
  /// A class for each step; `offsets` are the samples' first steps, and after the last one the number of all steps.
  case stepClasses([Int32], offsets: [Int])
  /// Numbers for each sample, one sample after the other.
  case numbers([Float], width: Int)
  /// Numbers for each step.
  case stepNumbers(RaggedSteps)

  /// The form of one sample's target, if the longest sample has `steps` steps.
  func layout(steps: Int) -> TargetLayout {
    switch self {
    case .none, .classes: .classes(steps: 1)
    case .stepClasses: .classes(steps: steps)
    case .numbers(_, let width): .values(.vector(width))
    case .stepNumbers(let numbers): .values(.sequence(steps: steps, features: numbers.features))
    }
  }

  /// The class of each sample; nil if there is more than one or none.
  var classes: [Int32]? {
    if case .classes(let classes) = self { classes } else { nil }
  }
}
