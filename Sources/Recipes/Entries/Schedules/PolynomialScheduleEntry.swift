import Optimizers

/// A learning rate that falls as a power of the steps left.
public struct PolynomialScheduleEntry: ScheduleEntry {
  /// How long the fall takes; nil for the rest of the run.
  public var length: TrainingSpan?
  /// The power; 1 is a straight line.
  public var power = 1.0
  /// The rate that it falls to.
  public var minimum = 0.0
  /// What the rate starts from.
  public var start = ScheduleStart()

  /// Every default.
  public init() {}

  /// The minimum.
  public var finalRate: Double? { minimum }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "polynomial", "the rate falls as a power of the steps left",
    example: "power: 2, warmup: 1 epoch, scaleWithBatch: 256",
    keys: [
      RecipeKey(
        "length", \.length, .optional(.span(allowsNone: false)),
        "steps or epochs of the fall, or none for all after the warm-up"),
      RecipeKey("power", \.power, .number(.above(0)), "the power; 1 is a straight line"),
      RecipeKey("minimum", \.minimum, .number(.atLeast(0)), "the learning rate that it falls to"),
    ] + sharedKeys)

  /// A power of the steps left.
  public func makeSchedule(length rest: Int, stepsPerEpoch: Int) -> any Schedule {
    PolynomialSchedule(
      length: max(1, length?.steps(perEpoch: stepsPerEpoch) ?? rest), exponent: power, minimum: minimum)
  }
}
