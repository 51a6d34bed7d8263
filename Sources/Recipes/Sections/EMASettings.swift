/// The exponential moving average of the weights.
public struct EMASettings: RecipeSettings {
  /// The share of the average that is kept at each step.
  public var decay = 0.999
  /// Whether the first steps keep less, so that the initial weights are soon forgotten.
  public var warmup = true

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "decay",
    keys: [
      RecipeKey("decay", \.decay, .number(.from(0, below: 1)), "the share of the average that each step keeps"),
      RecipeKey(
        "warmup", \.warmup, .flag,
        "whether step t, from 0, keeps (1 + t) / (10 + t) if that is less, so that the initial weights are soon forgotten"
      ),
    ])
}
