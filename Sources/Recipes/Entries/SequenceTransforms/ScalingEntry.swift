import Datasets

/// Scales each channel.
public struct ScalingEntry: SequenceTransformEntry {
  /// The deviation of the factors.
  public var sigma = 0.1

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    Scaling.name, "each channel of a sample times a random factor around 1", example: "sigma: 0.1", short: "sigma",
    keys: [RecipeKey("sigma", \.sigma, .number(.atLeast(0)), "the deviation of the factors")])

  /// Makes the transform.
  public func makeTransform() -> any SequenceTransform { Scaling(sigma: sigma) }
}
