/// The sums over an epoch's steps so far.
public struct EpochTotals: Codable, Equatable, Sendable {
  /// The number of samples.
  public private(set) var samples = 0
  /// The number of samples of steps with a loss; skipped steps have none.
  public private(set) var counted = 0
  /// The sum of the steps' mean losses, each times its number of samples.
  public private(set) var loss = 0.0
  /// The number of samples that were classified rightly; nil if the loss has no accuracy.
  public private(set) var right: Double? = 0
  /// Wall time of the steps, in seconds.
  public private(set) var seconds = 0.0
  /// The last step's learning rate.
  public private(set) var learningRate = 0.0

  /// The totals before the first step.
  public init() {}

  /// The totals from a checkpoint of a former version.
  init(samples: Int, loss: Double) {
    (self.samples, counted, self.loss, right) = (samples, samples, loss, nil)
  }

  /// Adds a step.
  public mutating func add(_ report: StepReport) {
    samples += report.samples
    seconds += report.seconds
    learningRate = report.learningRate
    if report.isSkipped { return }
    counted += report.samples
    loss += report.loss * Double(report.samples)
    if let right { self.right = report.accuracy.map { right + $0 * Double(report.samples) } }
  }

  /// The mean loss of the samples that counted; nil if there are none.
  public var meanLoss: Double? { counted > 0 ? loss / Double(counted) : nil }

  /// The share of these that was classified rightly; nil if none counted or the loss has no accuracy.
  public var accuracy: Double? { counted > 0 ? right.map { $0 / Double(counted) } : nil }
}
