import Images

/// Applies two operations of a learned policy.
public struct AutoAugmentEntry: TransformEntry {
  /// What the policy was learned on.
  public var policy = AutoAugment.Policy.imagenet
  /// How rotations and the like interpolate.
  public var interpolation = Interpolation.nearest
  /// The levels, from 0 to 255, of pixels without image.
  public var fill: [Double] = [0]

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    AutoAugment.name, "two operations of a policy that was learned on a data set: AutoAugment",
    example: "policy: cifar10", short: "policy",
    keys: [
      RecipeKey("policy", \.policy, .choice, "what the policy was learned on"),
      .interpolation(\.interpolation),
      .fill(\.fill),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    AutoAugment(policy: policy, interpolation: interpolation, fill: fill.color)
  }
}

extension AutoAugment.Policy: Choice {}
