import Optimizers

/// A learning rate that falls as a power of the remaining steps.
public struct PolynomialScheduleEntry: ScheduleEntry {
  /// The length of the fall; nil for the rest of the run.
  public var length: TrainingSpan?
  /// The power; 1 is a straight line.
  public var power = 1.0
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
    "polynomial", "the rate falls as a power of the remaining steps",
    example: "power: 2, warmup: 1 epoch, scaleWithBatch: 256",
    keys: [
      RecipeKey(
        "length", \.length, .optional(.span(allowsNone: false)),
        "steps or epochs of the fall, or none for the rest of the run"),
      RecipeKey("power", \.power, .number(.above(0)), "the power; 1 is a straight line"),
      RecipeKey("minimum", \.minimum, .number(.atLeast(0)), "the learning rate that it falls to"),
    ] + sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length rest: Int, stepsPerEpoch: Int) -> any Schedule {
    PolynomialSchedule(
      length: max(1, length?.steps(perEpoch: stepsPerEpoch) ?? rest), exponent: power, minimum: minimum)
  }
}
