import Optimizers

/// A learning rate that falls by a factor again and again.
public struct StepScheduleEntry: ScheduleEntry {
  /// From one fall to the next.
  public var stepSize = TrainingSpan.epochs(30)
  /// What the rate is multiplied by.
  public var gamma = 0.1
  /// What the rate starts from.
  public var start = ScheduleStart()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "step", "the rate falls by a factor every so many steps or epochs", example: "stepSize: 30 epochs, gamma: 0.1",
    keys: [
      RecipeKey("stepSize", \.stepSize, .span(allowsNone: false), "steps or epochs from one fall to the next"),
      RecipeKey("gamma", \.gamma, .number(.from(0, through: 1)), "what the rate is multiplied by"),
    ] + sharedKeys)

  /// A factor after every `stepSize`.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    StepSchedule(stepSize: max(1, stepSize.steps(perEpoch: stepsPerEpoch)), gamma: gamma)
  }
}
