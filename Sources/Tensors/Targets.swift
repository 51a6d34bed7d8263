/// The kind and shape of a sample's targets.
public enum TargetLayout: Equatable, Sendable {
  /// A class for each sample.
  case oneClass
  /// A class for each step of a sequence.
  case classes(steps: Int)
  /// Numbers of a shape.
  case values(Shape)

  /// The default class index of steps that do not count (PyTorch's default `ignore_index`).
  public static let uncounted = -100

  /// Whether both are equal, or differ only in the number of steps with targets.
  public func isAlike(_ other: TargetLayout) -> Bool {
    switch (self, other) {
    case (.oneClass, .oneClass), (.classes, .classes): true
    case (.values(let shape), .values(let other)): shape.isAlike(other)
    default: false
    }
  }

  /// Whether targets are classes.
  public var areClasses: Bool {
    switch self {
    case .oneClass, .classes: true
    case .values: false
    }
  }

  /// Whether each step has a target of its own, even if there is only one step.
  public var areOfSteps: Bool {
    switch self {
    case .oneClass: false
    case .classes: true
    case .values(let shape): shape.isSequence
    }
  }

  /// The number of steps that have a target; 1 if a sample has one.
  public var steps: Int {
    switch self {
    case .oneClass: 1
    case .classes(let steps): steps
    case .values(let shape): shape.steps
    }
  }

  /// The shape in words, for example "a class for each of 7 steps".
  public var text: String {
    switch self {
    case .oneClass: "a class"
    case .classes(let steps): "a class for each of \(steps) \(steps == 1 ? "step" : "steps")"
    case .values(let shape): "numbers of the shape \(shape)"
    }
  }
}

/// The targets of a batch, in the order of the outputs' rows.
public enum Targets {
  /// A class index for each row. If the outputs are ragged, each sample's first index is at `starts`.
  case classes(UnsafePointer<Int32>, starts: UnsafePointer<Int32>? = nil)
  /// Two class indices for each row, which share it: the first has the share, 0 to 1, and the second the rest.
  case mixedClasses(UnsafePointer<Int32>, UnsafePointer<Int32>, share: Float)
  /// A number for each output of each row.
  case values(TensorView)

  /// The targets from a sample's first row on, if the outputs are ragged.
  package func from(sample: Int) -> Targets {
    switch self {
    case .classes(let indices, let starts): .classes(indices + (starts.map { Int($0[sample]) } ?? sample))
    case .mixedClasses: preconditionFailure("samples of different lengths are not mixed")
    case .values(let view):
      .values(view.with(base: view.row(sample: sample), columns: view.columns, stride: view.stride))
    }
  }
}
