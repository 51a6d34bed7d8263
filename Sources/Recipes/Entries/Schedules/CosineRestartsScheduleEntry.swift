import Optimizers

/// A learning rate that falls along half a cosine again and again (Loshchilov and Hutter 2017).
public struct CosineRestartsScheduleEntry: ScheduleEntry {
  /// The length of the first fall.
  public var period = TrainingSpan.epochs(10)
  /// The length of each fall over that of the one before.
  public var multiplier = 1
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
    "cosine-restarts", "the rate falls along half a cosine, and starts again at the top",
    example: "period: 10 epochs, multiplier: 2",
    keys: [
      RecipeKey("period", \.period, .span(allowsNone: false), "steps or epochs of the first fall"),
      RecipeKey(
        "multiplier", \.multiplier, .number(.from(1, through: 1000)),
        "how many times as long as the one before each fall is"),
      RecipeKey("minimum", \.minimum, .number(.atLeast(0)), "the learning rate that it falls to"),
    ] + sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    CosineRestartsSchedule(
      period: max(1, period.steps(perEpoch: stepsPerEpoch)), multiplier: multiplier, minimum: minimum)
  }
}
