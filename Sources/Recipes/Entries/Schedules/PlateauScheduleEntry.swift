import Optimizers

/// A learning rate that falls when the loss stops falling: the validation loss at each evaluation, or the training loss of
/// each epoch where there are no validation samples or no evaluations in the course of training.
public struct PlateauScheduleEntry: ScheduleEntry {
  /// What the rate is multiplied by.
  public var factor = 0.1
  /// The losses in a row that may be no better before the rate falls.
  public var patience = 10
  /// The share by which a loss must be below the best to be better.
  public var threshold = 0.0001
  /// The rate below which it does not fall.
  public var minimum = 0.0
  /// What the rate starts from.
  public var start = ScheduleStart()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "plateau", "the rate falls by a factor when the validation loss, or else the training loss, stops falling",
    example: "factor: 0.5, patience: 5",
    keys: [
      RecipeKey("factor", \.factor, .number(.from(0, below: 1)), "what the rate is multiplied by"),
      RecipeKey("patience", \.patience, .number(.atLeast(0)), "losses in a row that may be no better before it falls"),
      RecipeKey(
        "threshold", \.threshold, .number(.from(0, below: 1)), "the share below the best that counts as better"),
      RecipeKey("minimum", \.minimum, .number(.atLeast(0)), "the learning rate below which it does not fall"),
    ] + sharedKeys)

  /// A factor after every plateau.
  public func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    PlateauSchedule(factor: factor, patience: patience, threshold: threshold, minimum: minimum)
  }
}
