/// When training ends before its last step: after `patience` evaluations on validation samples in a row that did not improve
/// the monitored metric by more than `minimum`. Without such evaluations it never ends early.
public struct EarlyStop: Equatable, Sendable {
  /// The number of evaluations in a row without an improvement.
  public var patience: Int
  /// What an improvement must exceed, in units of the metric.
  public var minimum: Double

  /// A rule with these numbers.
  public init(patience: Int, minimum: Double = 0) {
    precondition(patience > 0, "training needs an evaluation to be judged by")
    self.patience = patience
    self.minimum = minimum
  }
}

/// How long a training has waited for an improvement of the monitored metric. Only depends on the evaluations so far, so all
/// ranks have the same.
public struct Patience: Codable, Equatable, Sendable {
  /// The metric's name in recipes; nil before the first evaluation.
  public private(set) var metric: String?
  /// The value that the next improvement must exceed; nil before the first finite value.
  public private(set) var best: Double?
  /// The epochs before the evaluation with that value.
  public private(set) var bestEpoch = 0
  /// The number of evaluations since.
  public private(set) var evaluations = 0
  /// What an improvement must exceed, in units of the metric.
  public private(set) var minimum = 0.0

  /// Before the first evaluation.
  public init() {}

  /// Counts an evaluation on validation samples.
  mutating func add(_ report: EvaluationReport, _ monitor: Monitor, _ rule: EarlyStop) {
    evaluations += 1
    minimum = rule.minimum
    let metric = monitor.name(in: report)
    self.metric = metric
    // A metric that is not defined, such as the ROC AUC of one class, never improves.
    guard let value = report.value(of: metric) else { return }
    let isBetter =
      best.map { monitor.direction(of: metric).isBetter(value, than: $0, by: rule.minimum) } ?? value.isFinite
    guard isBetter else { return }
    (best, bestEpoch, evaluations) = (value, report.epoch, 0)
  }

  /// Whether training ends.
  func isOver(_ rule: EarlyStop) -> Bool { evaluations >= rule.patience }
}
