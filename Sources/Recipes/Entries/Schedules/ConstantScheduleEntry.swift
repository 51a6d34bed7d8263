import Optimizers

/// The same learning rate throughout.
public struct ConstantScheduleEntry: ScheduleEntry {
  /// The warm-up, and the samples per step that the rate is meant for.
  public var start = ScheduleStart()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "constant", "the same learning rate throughout", example: "warmup: 500 steps", keys: sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule { ConstantSchedule() }
}
