import Optimizers

/// A learning rate that falls when the loss stops falling. It watches the validation loss of each evaluation; without
/// validation samples or evaluations during training, the training loss of each epoch.
public struct PlateauScheduleEntry: ScheduleEntry {
  /// The factor of each fall.
  public var factor = 0.1
  /// How many losses in a row may fail to improve before the rate falls.
  public var patience = 10
  /// The share by which a loss must be below the best to be an improvement.
  public var threshold = 0.0001
  /// The lowest rate.
  public var minimum = 0.0
  /// The warm-up, and the samples per step that the rate is meant for.
  public var start = ScheduleStart()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "plateau", "the rate falls by a factor when the validation loss, or else the training loss, stops falling",
    example: "factor: 0.5, patience: 5",
    keys: [
      RecipeKey("factor", \.factor, .number(.from(0, below: 1)), "the factor of each fall"),
      RecipeKey(
        "patience", \.patience, .number(.atLeast(0)),
        "how many losses may fail to improve before the rate falls"),
      RecipeKey(
        "threshold", \.threshold, .number(.from(0, below: 1)),
        "the share below the best that counts as an improvement"),
      RecipeKey("minimum", \.minimum, .number(.atLeast(0)), "the lowest learning rate"),
    ] + sharedKeys)

  /// Makes the schedule.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    PlateauSchedule(factor: factor, patience: patience, threshold: threshold, minimum: minimum)
  }
}
