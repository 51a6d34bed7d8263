import Layers
import Tensors

/// The cross-entropy of single events, each with a logit of its own.
public struct BinaryCrossEntropyEntry: LossEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>(
    "binary-cross-entropy", "the cross-entropy of single events, each with a logit and a target from 0 to 1")

  /// The only value.
  public init() {}

  /// Compares with probabilities.
  public var needsProbabilities: Bool { true }

  /// The loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.binaryCrossEntropy) }
}

/// The mean of squared differences.
public struct SquaredEntry: LossEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("mse", "the mean of squared differences from numbers")

  /// The only value.
  public init() {}

  /// The loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.squared) }
}

/// The mean of absolute differences.
public struct AbsoluteEntry: LossEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("l1", "the mean of absolute differences from numbers")

  /// The only value.
  public init() {}

  /// The loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.absolute) }
}

/// Huber's loss (1964).
public struct HuberEntry: LossEntry {
  /// The difference from which on the loss is a straight line.
  public var delta = 1.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "huber", "half the square of small differences, delta times large ones", example: "delta: 0.5",
    keys: [RecipeKey("delta", \.delta, .number(.above(0)), "the difference from which on the loss is a straight line")])

  /// The loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.huber(delta: Float(delta))) }
}

/// Huber's loss divided by its delta (Girshick 2015).
public struct SmoothAbsoluteEntry: LossEntry {
  /// The difference from which on the loss is a straight line.
  public var beta = 1.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "smooth-l1", "absolute differences, rounded off where smaller than beta", example: "beta: 0.5",
    keys: [RecipeKey("beta", \.beta, .number(.above(0)), "the difference from which on the loss is a straight line")])

  /// The loss.
  public func makeLoss(outputs: Shape) -> any Loss { ValueLoss(.smoothAbsolute(beta: Float(beta))) }
}
