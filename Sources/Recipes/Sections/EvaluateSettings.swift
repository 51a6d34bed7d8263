/// When to measure on the validation samples, or on the test samples if there are none.
public struct EvaluateSettings: RecipeSettings {
  /// Epochs between evaluations; 0 for the end of training only.
  public var every = 1

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "every",
    keys: [RecipeKey("every", \.every, .number(.atLeast(0)), "epochs between evaluations; 0 is at the end only")])
}
