import Optimizers

/// A learning rate that falls by a factor at regular intervals of steps or epochs.
public struct StepScheduleEntry: ScheduleEntry {
  /// The interval from one fall to the next.
  public var stepSize = TrainingSpan.epochs(30)
  /// The factor of each fall.
  public var gamma = 0.1
  /// The warm-up, and the samples per step that the rate is meant for.
  public var start = ScheduleStart()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "step", "the rate falls by a factor at regular intervals", example: "stepSize: 30 epochs, gamma: 0.1",
    keys: [
      RecipeKey("stepSize", \.stepSize, .span(allowsNone: false), "steps or epochs from one fall to the next"),
      RecipeKey("gamma", \.gamma, .number(.from(0, through: 1)), "the factor of each fall"),
    ] + sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    StepSchedule(stepSize: max(1, stepSize.steps(perEpoch: stepsPerEpoch)), gamma: gamma)
  }
}
