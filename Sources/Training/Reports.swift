import Datasets

/// The report of one training step.
public struct StepReport: Sendable {
  /// The step's number, from 1.
  public var step = 0
  /// The epoch's number, from 1.
  public var epoch = 0
  /// Mean loss over the global batch, before the update; NaN if nothing counts.
  public var loss = 0.0
  /// Share of the global batch that was classified rightly, before the update; NaN if no label counts, nil if the loss has no
  /// accuracy.
  public var accuracy: Double?
  /// Whether the weights did not change, because the loss or a gradient was not finite, or nothing counts.
  public var isSkipped = false
  /// Whether no label of the batch counts, so that there is no loss.
  public var countsNothing = false
  /// Norm of the whole gradient, before clipping.
  public var gradientNorm = 0.0
  /// The number of steps so far, this one included, whose gradient was shortened as an outlier; nil if none ever is.
  public var shortenedSteps: Int?
  /// The step's learning rate.
  public var learningRate = 0.0
  /// Samples of the global batch.
  public var samples = 0
  /// Wall time of the step, on rank 0.
  public var seconds = 0.0
  /// The step's time by phase.
  public var times = StepTimes()

  /// The report before the first step.
  public init() {}
}

/// A step's time by phase, in seconds, as means over ranks.
public struct StepTimes: Sendable {
  /// Making or reading the samples.
  public var data = 0.0
  /// Forward and backward pass, clipping and update.
  public var compute = 0.0
  /// Moving and adding gradients.
  public var communication = 0.0
  /// Waiting for the slowest rank.
  public var waiting = 0.0

  /// Zero times.
  public init() {}

  /// Adds another step's times.
  public mutating func add(_ other: StepTimes) {
    data += other.data
    compute += other.compute
    communication += other.communication
    waiting += other.waiting
  }
}

/// The report of an evaluation on a data set. Its JSON lacks the names of classes and outputs, which belong to the data.
public struct EvaluationReport: Codable, Equatable, Sendable {
  /// The evaluated samples.
  public let split: Split
  /// The number of training steps before.
  public let step: Int
  /// The number of epochs before.
  public let epoch: Int
  /// Mean loss over all samples; NaN if no label counts.
  public let loss: Double
  /// Share of samples, steps or events that were classified rightly; NaN if no label counts, nil if the loss has no accuracy.
  public let accuracy: Double?
  /// Number of samples.
  public let samples: Int
  /// The confusion matrix of samples, or of steps if each has a class; empty if the outputs are not classes.
  public internal(set) var confusion: ConfusionCounts
  /// The classes' names; empty if the outputs are not classes.
  public internal(set) var classNames: [String] = []
  /// The names of the outputs, if they are not classes; empty if they have none.
  public internal(set) var targetNames: [String] = []
  /// The values of the metrics that the evaluation measures, in their order.
  public internal(set) var metrics: [MetricValue] = []
  /// The curves of classes or labels, if the metrics include an area under them and there are not many; those of two classes
  /// are of the second.
  public internal(set) var curves: [RankingCurve] = []
  /// True if no label counts, so that there is no loss: all are ignored, or their classes have the weight 0; otherwise nil.
  public internal(set) var countsNothing: Bool?

  private enum CodingKeys: CodingKey {
    case split, step, epoch, loss, accuracy, samples, confusion, metrics, curves, countsNothing
  }

  /// The names of what metrics have parts for: classes, labels or outputs; empty if they have none.
  package var partNames: [String] { confusion.isEmpty ? targetNames : classNames }

  /// This report without what it has for each class: confusion matrix, names, metrics of classes and curves.
  var withoutClasses: EvaluationReport {
    var report = self
    report.confusion = ConfusionCounts(pairs: [])
    (report.classNames, report.targetNames) = ([], [])
    report.curves = []
    for index in report.metrics.indices { report.metrics[index].parts = [] }
    return report
  }
}

/// The summary of a run.
public struct RunSummary: Sendable {
  /// The number of training steps.
  public let steps: Int
  /// The number of finished epochs.
  public let epochs: Int
  /// Wall time of training on rank 0, including evaluations.
  public let seconds: Double
  /// The request that stopped training early; nil if there was none.
  public let stopped: Request?
  /// The last reports on the validation and test samples, if there are such samples; those of the best weights, if training
  /// ended with these.
  public let evaluations: [EvaluationReport]
  /// The wait for an improvement that ended training before its last step; nil if it did not end so.
  public let patience: Patience?
  /// The number of steps whose gradient was shortened as an outlier; nil if none ever is.
  public let shortenedSteps: Int?
  /// Whether training ended with the best weights in place of the last ones.
  public let isBest: Bool
}
