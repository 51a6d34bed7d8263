import Diagnostics
import Foundation
import Images

/// A step of the image pipeline in recipes: a transform, or the normalization at its end.
public protocol PipelineEntry: RecipeEntry {}

/// A transform of images in recipes.
public protocol TransformEntry: PipelineEntry {
  /// Makes the transform.
  func makeTransform() -> any Transform
}

extension EntryKind where Entry == any PipelineEntry {
  /// The kind of all transforms.
  static var transform: EntryKind {
    var kind = EntryKind("transform", { $0.transforms.map { $0 } }, { $0 })
    kind.synonyms = [
      "solarize": RandomSolarize.name, "posterize": RandomPosterize.name, "sharpness": RandomAdjustSharpness.name,
      "autocontrast": RandomAutocontrast.name, "equalize": RandomEqualize.name,
    ]
    return kind
  }
}

extension ValueType where Value == any PipelineEntry {
  /// A transform of images, by its name.
  public static var transform: ValueType { entry(.transform) }
}

extension [any PipelineEntry] {
  /// Makes the pipeline of the transforms in order, for images of these channels; `key` is the list's key.
  /// - Throws: `Failure` (configuration) if a normalization is not the last, or followed by more than erasures; or if it is of
  ///   three colours, but images are grey.
  public func makePipeline(key: String, colors: PixelFormat.Colors = .rgb) throws -> TransformPipeline {
    guard let index = firstIndex(where: { $0 is NormalizeEntry }), let entry = self[index] as? NormalizeEntry else {
      return TransformPipeline(compactMap { ($0 as? any TransformEntry)?.makeTransform() })
    }
    let others = self[(index + 1)...].filter { !($0 is RandomErasingEntry) }
    guard others.isEmpty else {
      let count = others.count == 1 ? "1 more transform follows" : "\(others.count) more transforms follow"
      throw Failure(
        .configuration, "\(key).\(index) is \(Normalize.name), but \(count)",
        advice: "only \(RandomErasing.name) may follow it: all others need colours from 0 to 1")
    }
    guard colors == .rgb || entry.mean.count + entry.std.count == 2 else {
      let wide = entry.mean.count > 1 ? "mean" : "std"
      throw Failure(
        .configuration, "\(key).\(index).\(Normalize.name).\(wide) has 3 entries, but data.colors is grey",
        advice: "one entry, for the one channel")
    }
    let before = self[..<index].compactMap { ($0 as? any TransformEntry)?.makeTransform() }
    let after = self[(index + 1)...].compactMap { ($0 as? RandomErasingEntry)?.makeTransform(after: entry.normalize) }
    return TransformPipeline(before + after, normalize: entry.normalize)
  }

  /// The normalization at the end, if any: the mean and the deviation of each channel.
  /// - Throws: `Failure` (configuration) if a normalization is not the last.
  func inputNormalization(colors: PixelFormat.Colors = .rgb) throws -> (mean: [Double], deviation: [Double])? {
    let normalize = try makePipeline(key: "data.evaluationTransforms", colors: colors).normalize
    guard normalize != .none else { return nil }
    let channels = 0..<colors.channels
    return (channels.map { normalize.mean[$0] }, channels.map { normalize.deviation[$0] })
  }

  /// The transforms that are not random.
  var deterministic: [any PipelineEntry] {
    filter { ($0 as? any TransformEntry)?.makeTransform().isDeterministic ?? true }
  }

  /// All but the normalization.
  var withoutNormalization: [any PipelineEntry] { filter { !($0 is NormalizeEntry) } }

  /// The transform that gives channels with these means and deviations mean 0 and deviation 1; nil if one is too small for it.
  static func normalization(means: [Double], deviations: [Double]) -> String? {
    guard [1, 3].contains(means.count), deviations.allSatisfy({ $0 >= NormalizeEntry.leastDeviation }) else {
      return nil
    }
    func list(_ values: [Double]) -> String { "[\(values.map(\.fourDigits).joined(separator: ", "))]" }
    return "- \(Normalize.name): {mean: \(list(means)), std: \(list(deviations))}"
  }
}

extension Double {
  /// Four significant digits, as recipes take them: `0.1307`, `1.23e+05`.
  var fourDigits: String { String(format: "%.4g", self) }
}
