/// The exponential moving average of the weights.
public struct EMASettings: RecipeSettings {
  /// The share of the average that is kept each time.
  public var decay = 0.999
  /// Whether the first steps keep less, so that the initial weights are soon forgotten.
  public var warmup = true
  /// The average takes in the weights of one step in this many.
  public var every = 1

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "decay",
    keys: [
      RecipeKey("decay", \.decay, .number(.from(0, below: 1)), "the share of the average that is kept each time"),
      RecipeKey(
        "warmup", \.warmup, .flag,
        "whether update t, from 0, keeps (1 + t) / (10 + t) if that is less, so that the initial weights are soon forgotten"
      ),
      RecipeKey(
        "every", \.every, .number(.atLeast(1)),
        "the average takes in the weights of one step in this many, the first step among them"),
    ])
}
