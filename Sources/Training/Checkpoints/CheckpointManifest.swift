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
  public static let currentFormat = 2

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

  /// Whether the numbers can be those of a training, so that nothing is computed with what only damage can have made.
  var isPossible: Bool {
    let numbers =
      [progress.step, progress.epoch, progress.position, samplesConsumed, optimizerSteps, carriedBatch]
      + Array(recorded.values)
      + [progress.evaluation, best].compactMap(\.self).flatMap { [$0.step, $0.epoch, $0.samples] }
    return numbers.allSatisfy { 0...1 << 53 ~= $0 }
  }

  /// Whether a training of so many samples an epoch, in batches of a size, can go on from here.
  func fits(samples: Int, batch: Int) -> Bool {
    progress.position <= samples && carriedBatch <= batch
      && !progress.epoch.multipliedReportingOverflow(by: samples + 1).overflow
  }
}
