import Training

/// What training writes down of its progress, and how often.
public struct RecordSettings: RecipeSettings {
  /// Steps between lines of `metrics.jsonl`.
  public var every = 1
  /// Between the points of TensorBoard's curves; with `.span(.steps(0))` there is no event file.
  public var tensorBoard = RecordInterval.automatic
  /// Between the distributions of weights, gradients and updates, in `distributions.jsonl` and in TensorBoard.
  public var histograms = RecordInterval.automatic
  /// Between the pictures in TensorBoard.
  public var images = RecordInterval.automatic

  /// Every default.
  public init() {}

  /// The steps that are points of TensorBoard's curves; by default about 1000 in a run.
  public func tensorBoardCadence(_ settings: TrainingSettings, samples: Int) -> StepCadence {
    tensorBoard.cadence(times: 1000, settings, samples: samples)
  }

  /// The steps whose weights' and gradients' distributions are recorded besides unusual ones; by default about 100 in a
  /// run.
  public func histogramCadence(_ settings: TrainingSettings, samples: Int) -> StepCadence {
    histograms.cadence(times: 100, settings, samples: samples)
  }

  /// The steps of which there are pictures in TensorBoard; by default the first, the middle one and the last.
  public func imageCadence(_ settings: TrainingSettings, samples: Int) -> StepCadence {
    images.cadence(times: 2, settings, samples: samples)
  }

  /// Its keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey("every", \.every, .number(.atLeast(1)), "steps between lines of metrics.jsonl"),
      RecipeKey(
        "tensorBoard", \.tensorBoard, .recordInterval,
        "between points of TensorBoard's curves; auto: about 1000 a run; 0: no file for TensorBoard"),
      RecipeKey(
        "histograms", \.histograms, .recordInterval,
        "between distributions of weights, gradients and updates, which unusual steps have besides; auto: about 100 a run; "
          + "0: none at all"),
      RecipeKey(
        "images", \.images, .recordInterval,
        "between TensorBoard's pictures; auto: at the first, the middle and the last step; 0: none"),
    ])
}
