import Training

/// When training ends before its last step.
public struct StopSettings: RecipeSettings {
  /// The number of evaluations in a row without an improvement.
  public var patience = 10
  /// What an improvement must exceed, in units of the metric.
  public var minimum = 0.0

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "patience",
    keys: [
      RecipeKey(
        "patience", \.patience, .number(.atLeast(1)),
        "evaluations in a row that do not improve the monitored metric, after which training ends"),
      RecipeKey(
        "minimum", \.minimum, .number(.atLeast(0)),
        "what an improvement must exceed, in units of the metric: 0.001 is 0.1 % of accuracy"),
    ])

  /// The same for the training.
  var rule: EarlyStop { EarlyStop(patience: patience, minimum: minimum) }
}
