import Datasets
import Layers
import Tensors

/// The cross-entropy of logits and class labels.
public struct CrossEntropyEntry: LossEntry {
  /// The share of each label that is spread over all classes (Szegedy et al. 2016).
  public var labelSmoothing = 0.0
  /// The weights of the classes; nil for 1 each.
  public var classWeights: LossWeights?
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
      logits: outputs, labelSmoothing: labelSmoothing,
      classWeights: try classWeights?.values(outputs: outputs, key: "classWeights", noun: "class", "classes"),
      ignoreIndex: uncountedTarget)
  }
}

extension LossWeights? {
  /// The key that holds these weights, if they are balanced.
  func balancedKey(_ key: String) -> String? {
    guard case .balanced = self else { return nil }
    return key
  }
}

extension RecipeSection {
  /// Checks that the weights of classes are not all 0.
  func checkClassWeights(_ weights: LossWeights?) throws {
    guard case .given(let values)? = weights, values.allSatisfy({ $0 == 0 }) else { return }
    throw conflict(
      of: ["classWeights"], "\(path(of: "classWeights")) are all 0, so no sample counts and nothing is learned",
      advice: "give the classes that count a weight above 0, such as 1")
  }
}

extension RecipeKey {
  /// The weights of classes.
  static func classWeights(_ property: any WritableKeyPath<Settings, LossWeights?> & Sendable) -> RecipeKey {
    RecipeKey(
      "classWeights", property, .optional(.lossWeights),
      "a weight for each class, or balanced, n / (k · n[c]) for a class c with n[c] of the n training samples of k classes, "
        + "or none for 1 each")
  }

  /// The label that is left out.
  static func ignoreIndex(_ property: any WritableKeyPath<Settings, Int?> & Sendable) -> RecipeKey {
    RecipeKey(
      "ignoreIndex", property, .optional(.number(.from(-0x8000_0000, through: 0x7fff_ffff))),
      "the label of samples or steps to leave out, or none; a batch of nothing else changes no weights")
  }
}
