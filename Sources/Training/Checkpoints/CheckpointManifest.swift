/// The contents of a checkpoint's `checkpoint.json`.
public struct CheckpointManifest: Codable, Equatable, Sendable {
  /// A file of the checkpoint.
  public struct File: Codable, Equatable, Sendable {
    /// Its size.
    public var bytes: Int
    /// Its SHA-256, 64 hexadecimal digits.
    public var sha256: String
  }

  /// The newest format that this program writes and reads.
  public static let currentFormat = 2

  /// The format's number.
  public var format = CheckpointManifest.currentFormat
  /// The progress of the training.
  public var progress: TrainingProgress
  /// The seed of all random numbers.
  public var seed: UInt64
  /// The number of samples of all steps.
  public var samplesConsumed: Int
  /// The optimizer's count of its steps.
  public var optimizerSteps: Int
  /// The learning-rate schedule's state.
  public var schedule: [String: Double]
  /// The best evaluation so far.
  public var best: EvaluationReport?
  /// The resolved recipe, YAML.
  public var recipe: String
  /// The size of the batch whose states stateful layers carry; 0 if there is none.
  public var carriedBatch: Int
  /// The length in bytes of the run's growing files at the checkpoint, by name.
  public var recorded: [String: Int]
  /// The checkpoint's files, by name.
  public var files: [String: File] = [:]

  /// Whether the numbers are possible in a training; if not, the file is damaged.
  var isPossible: Bool {
    let numbers =
      [progress.step, progress.epoch, progress.position, samplesConsumed, optimizerSteps, carriedBatch]
      + Array(recorded.values)
      + [progress.evaluation, best].compactMap(\.self).flatMap { [$0.step, $0.epoch, $0.samples] }
    return numbers.allSatisfy { 0...1 << 53 ~= $0 }
  }

  /// Whether a training with `samples` samples per epoch and this batch size can resume from here.
  func fits(samples: Int, batch: Int) -> Bool {
    progress.position <= samples && carriedBatch <= batch
      && !progress.epoch.multipliedReportingOverflow(by: samples + 1).overflow
  }
}
