import Training

/// When training saves its state, from which it can be resumed.
public struct CheckpointSettings: RecipeSettings {
  /// When to save, and how many to keep.
  public var schedule = CheckpointSchedule(minutes: 5, apart: 10, share: 0.01)

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey(
        "epochs", \.schedule.epochs, .number(.atLeast(0)), "epochs between checkpoints; 0 is none at the end of epochs"),
      RecipeKey("steps", \.schedule.steps, .optional(.number(.atLeast(1))), "steps between checkpoints, or none"),
      RecipeKey("minutes", \.schedule.minutes, .optional(.number(.above(0))), "minutes between checkpoints, or none"),
      RecipeKey(
        "apart", \.schedule.apart, .number(.atLeast(0)),
        "the fewest seconds from any checkpoint to one at the end of an epoch"),
      RecipeKey(
        "share", \.schedule.share, .optional(.number(.from(0.0001, through: 1))),
        "the greatest share of the time that checkpoints by minutes and epochs take: if saving lasts long, they are rarer"
      ),
      RecipeKey(
        "keep", \.schedule.keep, .number(.atLeast(1)), "how many of the newest checkpoints to keep, besides the best"),
    ])
}
