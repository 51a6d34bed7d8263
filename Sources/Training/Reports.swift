import Datasets

/// What happened in one training step.
public struct StepReport: Sendable {
  /// The step's number, from 1.
  public var step = 0
  /// The epoch's number, from 1.
  public var epoch = 0
  /// Mean loss over the global batch, before the update.
  public var loss = 0.0
  /// Share of the global batch that was classified rightly, before the update; nil where the loss knows no right.
  public var accuracy: Double?
  /// Whether no weight was changed, since the loss or a gradient was not finite, or nothing counts.
  public var isSkipped = false
  /// Whether no label of the batch counts, so that there is no loss and nothing to learn.
  public var countsNothing = false
  /// Norm of the whole gradient, before clipping.
  public var gradientNorm = 0.0
  /// The step's learning rate.
  public var learningRate = 0.0
  /// Samples of the global batch.
  public var samples = 0
  /// Wall time of the step, on rank 0.
  public var seconds = 0.0
  /// Where the time went.
  public var times = StepTimes()

  /// The report before the first step.
  public init() {}
}

/// Where one step's time went, in seconds, as means over ranks.
public struct StepTimes: Sendable {
  /// Making or reading the samples.
  public var data = 0.0
  /// Forward and backward pass, clipping and update.
  public var compute = 0.0
  /// Moving and adding gradients.
  public var communication = 0.0
  /// Waiting for the slowest rank.
  public var waiting = 0.0

  /// Nothing yet.
  public init() {}

  /// Adds another step's.
  public mutating func add(_ other: StepTimes) {
    data += other.data
    compute += other.compute
    communication += other.communication
    waiting += other.waiting
  }
}

/// What an evaluation on a data set gave. Written as JSON it lacks the classes' names, which belong to the data.
public struct EvaluationReport: Codable, Equatable, Sendable {
  /// What it ran on.
  public let split: Split
  /// Training steps done before.
  public let step: Int
  /// Epochs done before.
  public let epoch: Int
  /// Mean loss over all samples.
  public let loss: Double
  /// Share of samples, steps or events that were classified rightly; nil where the loss knows no right.
  public let accuracy: Double?
  /// Number of samples.
  public let samples: Int
  /// How often each class was taken for each: numbers of samples, or of steps where each has a class; nothing where the
  /// outputs are no classes.
  public internal(set) var confusion: ConfusionCounts
  /// The classes' names; none where the outputs are no classes.
  public internal(set) var classNames: [String] = []

  private enum CodingKeys: CodingKey {
    case split, step, epoch, loss, accuracy, samples, confusion
  }

  /// The same without what is known of single classes.
  var withoutClasses: EvaluationReport {
    var report = self
    report.confusion = ConfusionCounts(pairs: [])
    report.classNames = []
    return report
  }
}

/// What a whole run gave.
public struct RunSummary: Sendable {
  /// Training steps done.
  public let steps: Int
  /// Epochs finished.
  public let epochs: Int
  /// Wall time of training, evaluations included, on rank 0.
  public let seconds: Double
  /// What ended the training before its time, or nil.
  public let stopped: Request?
  /// What the last evaluation gave on the validation samples, and on the test's, as far as there are any.
  public let evaluations: [EvaluationReport]
}
