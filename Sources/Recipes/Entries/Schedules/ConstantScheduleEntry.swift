import Optimizers

/// One learning rate throughout.
public struct ConstantScheduleEntry: ScheduleEntry {
  /// What the rate starts from.
  public var start = ScheduleStart()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "constant", "one learning rate throughout", example: "warmup: 500 steps", keys: sharedKeys)

  /// One rate.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule { ConstantSchedule() }
}
