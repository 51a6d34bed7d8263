import Training

/// What training records of its progress, and how often.
public struct RecordSettings: RecipeSettings {
  /// Steps between lines of `metrics.jsonl`.
  public var every = 1
  /// The distance between points of TensorBoard's curves; with `.span(.steps(0))` there is no event file.
  public var tensorBoard = RecordInterval.automatic
  /// The distance between distributions of weights, gradients and updates, in `distributions.jsonl` and in TensorBoard.
  public var histograms = RecordInterval.automatic
  /// The distance between pictures in TensorBoard.
  public var images = RecordInterval.automatic

  /// Every key at its default.
  public init() {}

  /// The steps that are points of TensorBoard's curves; by default about 1000 per run.
  public func tensorBoardCadence(_ settings: TrainingSettings, samples: Int) -> StepCadence {
    tensorBoard.cadence(times: 1000, settings, samples: samples)
  }

  /// The steps whose distributions of weights and gradients are recorded; by default about 100 per run. Unusual steps
  /// are recorded too.
  public func histogramCadence(_ settings: TrainingSettings, samples: Int) -> StepCadence {
    histograms.cadence(times: 100, settings, samples: samples)
  }

  /// The steps with pictures in TensorBoard; by default the first, the middle and the last.
  public func imageCadence(_ settings: TrainingSettings, samples: Int) -> StepCadence {
    images.cadence(times: 2, settings, samples: samples)
  }

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey("every", \.every, .number(.atLeast(1)), "steps between lines of metrics.jsonl"),
      RecipeKey(
        "tensorBoard", \.tensorBoard, .recordInterval,
        "steps or epochs between points of TensorBoard's curves; auto: about 1000 per run; 0: no file for TensorBoard"),
      RecipeKey(
        "histograms", \.histograms, .recordInterval,
        "steps or epochs between distributions of weights, gradients and updates; unusual steps have them too; "
          + "auto: about 100 per run; 0: none at all"),
      RecipeKey(
        "images", \.images, .recordInterval,
        "steps or epochs between TensorBoard's pictures; auto: at the first, the middle and the last step; 0: none"),
    ])
}
