import Optimizers

/// A learning rate that falls by a factor every so many steps or epochs.
public struct StepScheduleEntry: ScheduleEntry {
  /// From one fall to the next.
  public var stepSize = TrainingSpan.epochs(30)
  /// What the rate is multiplied by.
  public var gamma = 0.1
  /// How long the rate rises first.
  public var warmup = TrainingSpan.steps(0)
  /// The share of the rate that the rise starts from.
  public var warmupStart = 0.0
  /// The samples a step that the learning rate is meant for, or nil.
  public var scaleWithBatch: Int?

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "step", "the rate falls by a factor every so many steps or epochs", example: "stepSize: 30 epochs, gamma: 0.1",
    keys: [
      RecipeKey("stepSize", \.stepSize, .span(allowsNone: false), "steps or epochs from one fall to the next"),
      RecipeKey("gamma", \.gamma, .number(.from(0, through: 1)), "what the rate is multiplied by"),
    ] + sharedKeys)

  /// A factor after every stretch.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    StepSchedule(stepSize: max(1, stepSize.steps(perEpoch: stepsPerEpoch)), gamma: gamma)
  }
}
