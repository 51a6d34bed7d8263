import Layers
import Tensors

/// The cross-entropy of independent events, each with a logit of its own.
public struct BinaryCrossEntropyEntry: LossEntry {
  /// The weight of each event that happens; nil for 1 each.
  public var positiveWeights: LossWeights?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "binary-cross-entropy", "the cross-entropy of independent events, each with a logit and a target from 0 to 1",
    example: "positiveWeights: balanced",
    keys: [
      RecipeKey(
        "positiveWeights", \.positiveWeights, .optional(.lossWeights),
        "a weight for each output where its event happens, or balanced, (n − p) / p for p of n training targets, "
          + "or none for 1 each")
    ])

  /// True.
  public var needsProbabilities: Bool { true }
  /// That of the weights, if these are balanced.
  public var balancedKey: String? { positiveWeights.balancedKey("positiveWeights") }

  /// Sets the weights that balance the events.
  public mutating func balance(by weights: [Double]) { positiveWeights = .balanced(counted: weights) }

  /// Makes the loss.
  public func makeLoss(outputs: Shape) throws -> any Loss {
    let weights = try positiveWeights?.values(outputs: outputs, key: "positiveWeights", noun: "output", "outputs")
    return weights.map { EventLoss(.weighted($0), logits: outputs) } ?? ValueLoss(.binaryCrossEntropy)
  }
}

/// The mean squared difference.
public struct SquaredEntry: LossEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("mse", "the mean squared difference from numbers")

  /// There is nothing to set.
  public init() {}

  /// Makes the loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.squared) }
}

/// The mean absolute difference.
public struct AbsoluteEntry: LossEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("l1", "the mean absolute difference from numbers")

  /// There is nothing to set.
  public init() {}

  /// Makes the loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.absolute) }
}

/// Huber's loss (1964).
public struct HuberEntry: LossEntry {
  /// The difference from which the loss is linear.
  public var delta = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "huber", "half the square of differences up to delta, linear beyond", example: "delta: 0.5",
    keys: [RecipeKey("delta", \.delta, .number(.above(0)), "the difference from which the loss is linear")])

  /// Makes the loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.huber(delta: Float(delta))) }
}

/// Huber's loss divided by its delta (Girshick 2015).
public struct SmoothAbsoluteEntry: LossEntry {
  /// The difference from which the loss is linear.
  public var beta = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "smooth-l1", "the absolute difference, smoothed below beta", example: "beta: 0.5",
    keys: [RecipeKey("beta", \.beta, .number(.above(0)), "the difference from which the loss is linear")])

  /// Makes the loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.smoothAbsolute(beta: Float(beta))) }
}
