import Optimizers

/// A rise of the learning rate and a long fall (Smith and Topin 2019); the optimizer's rate is the top.
public struct OneCycleScheduleEntry: ScheduleEntry {
  /// The length of the cycle; nil for the rest of the run.
  public var length: TrainingSpan?
  /// The share of the cycle in which the rate rises.
  public var rise = 0.3
  /// The top over the rate at the cycle's start.
  public var divisor = 25.0
  /// The rate at the cycle's start over that at its end.
  public var finalDivisor = 10000.0
  /// The warm-up, which rises to the cycle's start, and the samples per step that the rate is meant for.
  public var start = ScheduleStart()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "one-cycle", "the rate rises to the learning rate, then falls far below where it started", example: "rise: 0.3",
    keys: [
      RecipeKey(
        "length", \.length, .optional(.span(allowsNone: false)),
        "steps or epochs of the cycle, or none for the rest of the run"),
      RecipeKey("rise", \.rise, .number(.from(0, through: 1)), "the share of the cycle in which the rate rises"),
      RecipeKey("divisor", \.divisor, .number(.atLeast(1)), "the top rate over the rate at the start"),
      RecipeKey("finalDivisor", \.finalDivisor, .number(.atLeast(1)), "the rate at the start over that at the end"),
    ] + sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length rest: Int, stepsPerEpoch: Int) -> any Schedule {
    OneCycleSchedule(
      length: max(1, length?.steps(perEpoch: stepsPerEpoch) ?? rest), rise: rise, divisor: divisor,
      finalDivisor: finalDivisor)
  }
}
