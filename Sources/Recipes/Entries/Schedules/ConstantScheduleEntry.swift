import Optimizers

/// One learning rate throughout.
public struct ConstantScheduleEntry: ScheduleEntry {
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
    "constant", "one learning rate throughout", example: "warmup: 500 steps", keys: sharedKeys)

  /// One rate.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule { ConstantSchedule() }
}
