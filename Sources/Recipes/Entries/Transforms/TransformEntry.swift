import Diagnostics
import Images

/// What images go through in recipes: a transform, or the normalization that ends a pipeline.
public protocol PipelineEntry: RecipeEntry {}

/// A transform of images in recipes.
public protocol TransformEntry: PipelineEntry {
  /// The transform.
  func makeTransform() -> any Transform
}

extension EntryKind where Entry == any PipelineEntry {
  /// Transforms of images.
  static var transform: EntryKind { EntryKind("transform", { $0.transforms.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any PipelineEntry {
  /// A transform of images, by its name.
  public static var transform: ValueType { entry(.transform) }
}

extension [any PipelineEntry] {
  /// The transforms, one after the other; `key` is the list's.
  /// - Throws: `Failure` (configuration) where a normalisation is not the last.
  public func makePipeline(key: String) throws -> TransformPipeline {
    if let index = dropLast().firstIndex(where: { $0 is NormalizeEntry }) {
      throw Failure(
        .configuration, "\(key).\(index) is \(Normalize.name), but \(count - 1 - index) more transforms follow",
        advice: "it must be the last: the others work on colours from 0 to 1")
    }
    return TransformPipeline(
      compactMap { ($0 as? any TransformEntry)?.makeTransform() },
      normalize: (last as? NormalizeEntry)?.normalize ?? .none)
  }

  /// Those in which chance has no part.
  var deterministic: [any PipelineEntry] {
    filter { ($0 as? any TransformEntry)?.makeTransform().isDeterministic ?? true }
  }
}
