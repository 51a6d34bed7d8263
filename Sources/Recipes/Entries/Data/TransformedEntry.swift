import Images
import Tensors

/// A data source of images, which transforms change.
public protocol TransformedEntry: SplittableEntry {
  /// The transforms of each training image.
  var transforms: [any PipelineEntry] { get set }
  /// The transforms of all other images; nil for those of `transforms` that are not random.
  var evaluationTransforms: [any PipelineEntry]? { get set }
  /// The channels that images are read with.
  var colors: PixelFormat.Colors { get }
}

extension TransformedEntry {
  /// Three channels.
  public var colors: PixelFormat.Colors { .rgb }

  /// The transforms of images that are not trained on.
  var evaluationSettings: [any PipelineEntry] { evaluationTransforms ?? transforms.deterministic }

  /// The pipeline of evaluations that measure like these inputs of training; nil for that of the training images.
  func pipeline(like training: Shape?) throws -> TransformPipeline {
    try training == nil
      ? transforms.makePipeline(key: "data.transforms", colors: colors)
      : evaluationSettings.makePipeline(key: "data.evaluationTransforms", colors: colors)
  }

  /// The normalization at the end of the transforms for evaluation, if any.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? {
    try evaluationSettings.inputNormalization(colors: colors)
  }

  /// The same images with colours from 0 to 1.
  public var withoutNormalization: Self {
    var entry = self
    entry.transforms = transforms.withoutNormalization
    entry.evaluationTransforms = evaluationTransforms?.withoutNormalization
    return entry
  }

  /// The transform `normalize`.
  public func normalization(means: [Double], deviations: [Double]) -> String? {
    [any PipelineEntry].normalization(means: means, deviations: deviations)
  }
}
