import Datasets
import Layers
import Tensors

/// The focal loss of logits and class labels (Lin et al. 2017).
public struct FocalEntry: LossEntry {
  /// The exponent of 1 minus the label's probability.
  public var gamma = 2.0
  /// The weights of the classes; nil for 1 each.
  public var classWeights: LossWeights?
  /// The label of samples or steps to leave out; nil for none.
  public var ignoreIndex: Int?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "focal", "the focal loss of logits and a class for each sample or step: cross-entropy times (1 − p)^gamma",
    example: "gamma: 1.5, classWeights: balanced",
    keys: [
      RecipeKey(
        "gamma", \.gamma, .number(.atLeast(0)),
        "the exponent of 1 − p, p the label's probability: the larger, the less count samples that are already right"),
      .classWeights(\.classWeights),
      .ignoreIndex(\.ignoreIndex),
    ])

  /// Checks that some class counts.
  public func check(_ section: RecipeSection) throws { try section.checkClassWeights(classWeights) }

  /// Classes.
  public var targetKind: NumPyDataset.TargetKind { .classes }
  /// That of the classes' weights, if these are balanced.
  public var balancedKey: String? { classWeights.balancedKey("classWeights") }

  /// Sets the weights that balance the classes.
  public mutating func balance(by weights: [Double]) { classWeights = .balanced(counted: weights) }

  /// Makes the loss; the weights are in the order of the classes.
  public func makeLoss(outputs: Shape) throws -> any Loss {
    CrossEntropy(
      focal: gamma, logits: outputs,
      classWeights: try classWeights?.values(outputs: outputs, key: "classWeights", noun: "class", "classes"),
      ignoreIndex: uncountedTarget)
  }
}

/// The focal loss of independent events, each with a logit of its own (Lin et al. 2017).
public struct BinaryFocalEntry: LossEntry {
  /// The weight of events that happen, and 1 minus that of others; nil for 1 each.
  public var alpha: Double? = 0.25
  /// The exponent of 1 minus the target's probability.
  public var gamma = 2.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "binary-focal", "the focal loss of independent events, each with a logit and a target from 0 to 1",
    example: "alpha: 0.5, gamma: 2",
    keys: [
      RecipeKey(
        "alpha", \.alpha, .optional(.number(.from(0, through: 1))),
        "the weight of events that happen, and 1 minus that of others; none for 1 each"),
      RecipeKey(
        "gamma", \.gamma, .number(.atLeast(0)),
        "the exponent of 1 − p, p the target's probability: the larger, the less count events that are already right"),
    ])

  /// True.
  public var needsProbabilities: Bool { true }

  /// Makes the loss.
  public func makeLoss(outputs: Shape) -> any Loss { EventLoss(.focal(alpha: alpha, gamma: gamma), logits: outputs) }
}
