import Datasets
import Diagnostics
import Layers
import Tensors

/// The cross-entropy of logits and class labels.
public struct CrossEntropyEntry: LossEntry {
  /// The share of each label that is spread over all classes (Szegedy et al. 2016).
  public var labelSmoothing = 0.0
  /// A weight for each class; nil for 1 each.
  public var classWeights: [Double]?
  /// The label of samples or steps to leave out; nil for none.
  public var ignoreIndex: Int?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "cross-entropy", "the cross-entropy of logits and a class for each sample or step",
    example: "labelSmoothing: 0.1, classWeights: [1, 4]",
    keys: [
      RecipeKey(
        "labelSmoothing", \.labelSmoothing, .number(.from(0, through: 1)),
        "the share of each label that is spread over all classes"),
      RecipeKey(
        "classWeights", \.classWeights, .optional(.list(.number(.atLeast(0)))),
        "a weight for each class, or none for 1 each"),
      RecipeKey(
        "ignoreIndex", \.ignoreIndex, .optional(.number(.from(-0x8000_0000, through: 0x7fff_ffff))),
        "the label of samples or steps to leave out, or none; a batch of nothing else changes no weights"),
    ])

  /// Classes.
  public var targetKind: NumPyDataset.TargetKind { .classes }

  /// Makes the loss; the weights are in the order of the classes.
  public func makeLoss(outputs: Shape) throws -> any Loss {
    if let classWeights, classWeights.count != outputs.features {
      throw Failure(
        .configuration,
        "loss.classWeights has \(classWeights.count) entries, but the model gives \(outputs.features) classes",
        advice: "give one weight for each class")
    }
    return CrossEntropy(
      logits: outputs, labelSmoothing: labelSmoothing, classWeights: classWeights, ignoreIndex: uncountedTarget)
  }
}
