import Datasets
import Diagnostics
import Layers
import Tensors

/// A loss in recipes: what training makes small.
public protocol LossEntry: RecipeEntry {
  /// What it compares outputs with.
  var targetKind: NumPyDataset.TargetKind { get }
  /// Whether the numbers that it compares with are probabilities, from 0 to 1.
  var needsProbabilities: Bool { get }

  /// The label that does not count, if any.
  var ignoreIndex: Int? { get }

  /// The loss on outputs of a shape.
  /// - Throws: `Failure` (configuration) if a setting does not fit them.
  func makeLoss(outputs: Shape) throws -> any Loss
}

extension LossEntry {
  /// Numbers.
  public var targetKind: NumPyDataset.TargetKind { .values }
  /// Takes any numbers.
  public var needsProbabilities: Bool { false }
  /// Counts every label.
  public var ignoreIndex: Int? { nil }

  /// The label by which data sources mark steps that do not count: the recipe's, or one that is no class.
  var uncountedTarget: Int { ignoreIndex ?? TargetLayout.uncounted }
}

extension EntryKind where Entry == any LossEntry {
  /// Losses.
  static var loss: EntryKind { EntryKind("loss", { $0.losses.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any LossEntry {
  /// A loss, by its name.
  static var loss: ValueType { entry(.loss, by: "name") }
}
