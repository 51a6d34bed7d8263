/// The sums over an epoch's steps so far, as they came while the weights changed.
public struct EpochTotals: Codable, Equatable, Sendable {
  /// Samples done.
  public private(set) var samples = 0
  /// Those of steps that counted: skipped ones have no loss.
  public private(set) var counted = 0
  /// The steps' mean losses, each times its samples.
  public private(set) var loss = 0.0
  /// Samples that were classified rightly; nil where the loss knows no right.
  public private(set) var right: Double? = 0
  /// Wall time of the steps.
  public private(set) var seconds = 0.0
  /// The last step's learning rate.
  public private(set) var learningRate = 0.0

  /// Nothing done.
  public init() {}

  /// What a checkpoint of a former version knows of an epoch.
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

  /// The mean loss of the samples that counted; nil where none did.
  public var meanLoss: Double? { counted > 0 ? loss / Double(counted) : nil }

  /// The share of them that was classified rightly; nil where none counted or the loss knows no right.
  public var accuracy: Double? { counted > 0 ? right.map { $0 / Double(counted) } : nil }
}
