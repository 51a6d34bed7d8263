import Training

/// Which gradients are shortened.
public struct OutlierSettings: RecipeSettings {
  /// The largest ratio of a step's gradient norm to the median.
  public var limit = 5.0
  /// The number of steps that the median is of.
  public var window = 100

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "limit",
    keys: [
      RecipeKey(
        "limit", \.limit, .number(.above(1)),
        "a gradient whose norm is above limit times the median, the upper one of two in the middle, is shortened to that"
      ),
      RecipeKey(
        "window", \.window, .number(.from(1, through: 10000)),
        "the steps before it whose median is taken; in the first 10 steps, or as many as this if it is less, nothing is "
          + "shortened"),
    ])

  /// The same for the training.
  var rule: OutlierRule { OutlierRule(limit: limit, window: window) }
}
