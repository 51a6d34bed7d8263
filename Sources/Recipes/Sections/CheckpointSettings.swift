import Training

/// When training saves its state, so that it can be resumed.
public struct CheckpointSettings: RecipeSettings {
  /// When, and how much is kept.
  public var schedule = CheckpointSchedule(minutes: 10, apart: 10)

  /// Every default.
  public init() {}

  /// Its keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey(
        "epochs", \.schedule.epochs, .number(.atLeast(0)), "epochs between checkpoints; 0 is none at their ends"),
      RecipeKey("steps", \.schedule.steps, .optional(.number(.atLeast(1))), "steps between checkpoints, or none"),
      RecipeKey("minutes", \.schedule.minutes, .optional(.number(.above(0))), "minutes between checkpoints, or none"),
      RecipeKey(
        "apart", \.schedule.apart, .number(.atLeast(0)),
        "the least seconds from any checkpoint to one at the end of an epoch"),
      RecipeKey(
        "keep", \.schedule.keep, .number(.atLeast(1)), "the newest checkpoints that are kept, besides the best"),
    ])
}
