import Optimizers

/// A rise and a long fall of the learning rate (Smith and Topin 2019); the recipe's rate is the top.
public struct OneCycleScheduleEntry: ScheduleEntry {
  /// How long the cycle takes; nil for the rest of the run.
  public var length: TrainingSpan?
  /// The share of the cycle that the rise takes.
  public var rise = 0.3
  /// How far below the top the cycle starts.
  public var divisor = 25.0
  /// How far below its start the cycle ends.
  public var finalDivisor = 10000.0
  /// What the rate starts from before its rise to the cycle's start.
  public var start = ScheduleStart()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "one-cycle", "the rate rises to the learning rate and falls far below its start", example: "rise: 0.3",
    keys: [
      RecipeKey(
        "length", \.length, .optional(.span(allowsNone: false)),
        "steps or epochs of the cycle, or none for all after the warm-up"),
      RecipeKey("rise", \.rise, .number(.from(0, through: 1)), "the share of the cycle that the rise takes"),
      RecipeKey("divisor", \.divisor, .number(.atLeast(1)), "the top over the rate at the start"),
      RecipeKey("finalDivisor", \.finalDivisor, .number(.atLeast(1)), "the rate at the start over that at the end"),
    ] + sharedKeys)

  /// A rise and a fall.
  public func makeSchedule(length rest: Int, stepsPerEpoch: Int) -> any Schedule {
    OneCycleSchedule(
      length: max(1, length?.steps(perEpoch: stepsPerEpoch) ?? rest), rise: rise, divisor: divisor,
      finalDivisor: finalDivisor)
  }
}
