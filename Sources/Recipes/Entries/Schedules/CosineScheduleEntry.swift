import Optimizers

/// A learning rate that falls along half a cosine (Loshchilov and Hutter 2017).
public struct CosineScheduleEntry: ScheduleEntry {
  /// The length of the fall; nil for the rest of the run.
  public var length: TrainingSpan?
  /// The rate that it falls to.
  public var minimum = 0.0
  /// The warm-up, and the samples per step that the rate is meant for.
  public var start = ScheduleStart()

  /// Every key at its default.
  public init() {}

  /// The minimum.
  public var finalRate: Double? { minimum }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "cosine", "the rate falls along half a cosine", example: "minimum: 1.0e-5, warmup: 2 epochs",
    keys: [
      RecipeKey(
        "length", \.length, .optional(.span(allowsNone: false)),
        "steps or epochs of the fall, or none for the rest of the run"),
      RecipeKey("minimum", \.minimum, .number(.atLeast(0)), "the learning rate that it falls to"),
    ] + sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length rest: Int, stepsPerEpoch: Int) -> any Schedule {
    CosineSchedule(length: max(1, length?.steps(perEpoch: stepsPerEpoch) ?? rest), minimum: minimum)
  }
}
