/// What a checkpoint's `checkpoint.json` says.
public struct CheckpointManifest: Codable, Equatable, Sendable {
  /// A file beside the manifest.
  public struct File: Codable, Equatable, Sendable {
    /// Its size.
    public var bytes: Int
    /// Its SHA-256, 64 hexadecimal digits.
    public var sha256: String
  }

  /// The newest format that this program writes and reads.
  public static let currentFormat = 1

  /// The format's number.
  public var format = CheckpointManifest.currentFormat
  /// How far training is.
  public var progress: TrainingProgress
  /// The seed of everything random.
  public var seed: UInt64
  /// Samples trained on in all, over all epochs.
  public var samplesConsumed: Int
  /// The optimizer's count of its steps.
  public var optimizerSteps: Int
  /// The learning-rate schedule's state.
  public var schedule: [String: Double]
  /// The best evaluation so far.
  public var best: EvaluationReport?
  /// The resolved recipe, YAML.
  public var recipe: String
  /// The size of the batch whose states stateful layers carry; 0 where there is none.
  public var carriedBatch: Int
  /// How many bytes of the run's growing files belong to what is done, by name.
  public var recorded: [String: Int]
  /// The files beside the manifest, by name.
  public var files: [String: File] = [:]
}
