/// When to measure on the validation samples, or the test's where there are none.
public struct EvaluateSettings: RecipeSettings {
  /// Epochs between evaluations; 0 for the end of training only.
  public var every = 1

  /// Every default.
  public init() {}

  /// Its keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "every",
    keys: [RecipeKey("every", \.every, .number(.atLeast(0)), "epochs between evaluations; 0 is at the end only")])
}
