import Datasets
import Diagnostics
import Layers
import Tensors

/// A loss in recipes: what training minimizes.
public protocol LossEntry: RecipeEntry {
  /// The kind of targets: classes or numbers.
  var targetKind: NumPyDataset.TargetKind { get }
  /// Whether targets are probabilities, from 0 to 1.
  var needsProbabilities: Bool { get }

  /// The label that is left out, if any.
  var ignoreIndex: Int? { get }

  /// The key whose weights are to balance the training samples, if any: those of classes if targets are classes, otherwise
  /// those of events that happen.
  var balancedKey: String? { get }

  /// Sets the weights for `balancedKey`.
  mutating func balance(by weights: [Double])

  /// Makes the loss for outputs of a shape.
  /// - Throws: `Failure` (configuration) if a setting does not fit the shape.
  func makeLoss(outputs: Shape) throws -> any Loss
}

extension LossEntry {
  /// Numbers.
  public var targetKind: NumPyDataset.TargetKind { .values }
  /// False: any numbers.
  public var needsProbabilities: Bool { false }
  /// Nil: every label counts.
  public var ignoreIndex: Int? { nil }
  /// Nil: nothing is balanced.
  public var balancedKey: String? { nil }

  /// Does nothing: nothing is balanced.
  public mutating func balance(by weights: [Double]) {}

  /// The label by which data sources mark steps to leave out: `ignoreIndex`, or one that is no class.
  var uncountedTarget: Int { ignoreIndex ?? TargetLayout.uncounted }
}

extension EntryKind where Entry == any LossEntry {
  /// The kind of all losses.
  static var loss: EntryKind { EntryKind("loss", { $0.losses.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any LossEntry {
  /// A loss, by its name.
  static var loss: ValueType { entry(.loss, by: "name") }
}
