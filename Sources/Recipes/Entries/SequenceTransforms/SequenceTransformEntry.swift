import Datasets
import Diagnostics

/// A random change of sequences in recipes.
public protocol SequenceTransformEntry: RecipeEntry {
  /// Makes the transform.
  func makeTransform() -> any SequenceTransform
}

extension EntryKind where Entry == any SequenceTransformEntry {
  /// The kind of all transforms of sequences.
  static var sequenceTransform: EntryKind {
    EntryKind("sequence transform", { $0.sequenceTransforms.map { $0 } }, { $0 })
  }
}

extension ValueType where Value == any SequenceTransformEntry {
  /// A transform of sequences, by its name.
  static var sequenceTransform: ValueType { entry(.sequenceTransform) }
}

extension RecipeKey {
  /// The key of the transforms of sequences.
  static func transforms(
    _ property: any WritableKeyPath<Settings, [any SequenceTransformEntry]> & Sendable
  ) -> RecipeKey {
    RecipeKey(
      "transforms", property, .list(.sequenceTransform, least: 0),
      "random changes of each training sample in each epoch, in this order")
  }
}

extension DataSplits {
  /// The same parts, with the training samples changed by `transforms`.
  /// - Throws: `Failure` (configuration) if these are not sequences.
  func augmented(by transforms: [any SequenceTransformEntry], for recipe: Recipe) throws -> DataSplits {
    guard !transforms.isEmpty else { return self }
    guard training.inputShape.isSequence else {
      throw Failure(
        .configuration, "data.transforms change sequences, but a sample is \(training.inputShape.text)",
        advice: "leave them out, or give samples × steps × features")
    }
    return augmented(by: transforms.map { $0.makeTransform() }, seed: recipe.seed)
  }
}
