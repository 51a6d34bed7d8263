import Datasets
import Training

/// What came of a variant of a sweep, at the end of a rung: a file of the sweep's folder.
package struct SweepResult: Codable, Equatable, Sendable {
  /// The measurement of one part of the data.
  package struct Measurement: Codable, Equatable, Sendable {
    /// The samples.
    package let split: Split
    /// The epochs and steps before.
    package let epoch, step: Int
    /// Mean loss.
    package let loss: Double
    /// Share of samples that were classified rightly; nil if the loss has no accuracy.
    package let accuracy: Double?

    /// The main numbers of a report.
    package init(_ report: EvaluationReport) {
      split = report.split
      epoch = report.epoch
      step = report.step
      loss = report.loss
      accuracy = report.accuracy
    }
  }

  /// The variant's number, from 1.
  package let number: Int
  /// The rung that ended, from 0; 0 without halving.
  package let rung: Int
  /// The metric's name, and whether greater values are better.
  package let metric: String
  package let isGreatestBest: Bool
  /// The metric's value on the monitored samples; nil if training failed.
  package let value: Double?
  /// The measurements at the end: of the monitored samples first.
  package let measurements: [Measurement]
  /// The epochs and steps done.
  package let epochs, steps: Int
  /// Seconds of training, without what was lost when a job was killed.
  package let seconds: Double
  /// Why training failed; nil if it did not.
  package let failure: String?

  /// A variant's result.
  package init(
    number: Int, rung: Int, metric: String, isGreatestBest: Bool, value: Double?, measurements: [Measurement],
    epochs: Int, steps: Int, seconds: Double
  ) {
    self.number = number
    self.rung = rung
    self.metric = metric
    self.isGreatestBest = isGreatestBest
    self.value = value
    self.measurements = measurements
    self.epochs = epochs
    self.steps = steps
    self.seconds = seconds
    failure = nil
  }

  /// The result of a variant that failed.
  package init(number: Int, rung: Int, failure: String, seconds: Double) {
    self.number = number
    self.rung = rung
    metric = ""
    isGreatestBest = false
    value = nil
    measurements = []
    epochs = 0
    steps = 0
    self.seconds = seconds
    self.failure = failure
  }

  /// The loss on the monitored samples; infinite if there is none.
  package var loss: Double { measurements.first?.loss ?? .infinity }
}
