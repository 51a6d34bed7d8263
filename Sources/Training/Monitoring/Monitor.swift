import Optimizers

/// The metric that judges a training: it chooses the best weights, and a plateau schedule and an early stop act by it.
public struct Monitor: Equatable, Sendable {
  /// The metric's name in recipes; nil to choose: accuracy if there is one, else the loss. A plateau schedule then watches
  /// the loss.
  public var metric: String?
  /// Which values are better; nil for the metric's own direction.
  public var direction: MetricDirection?

  /// A monitor of a metric.
  public init(metric: String? = nil, direction: MetricDirection? = nil) {
    self.metric = metric
    self.direction = direction
  }

  /// The name of the metric in reports that have a metric or have it not.
  public func name(ifHas isThere: (String) -> Bool) -> String {
    metric ?? (isThere("accuracy") ? "accuracy" : "loss")
  }

  /// Which values of a metric are better.
  public func direction(of metric: String) -> MetricDirection { direction ?? MetricDirection(of: metric) ?? .least }

  /// The name of the metric in a report, which may lack a metric that is chosen.
  public func name(in report: EvaluationReport) -> String { name { report.value(of: $0) != nil } }

  /// The name and value of the metric in a report; nil if the report has no such metric.
  public func value(in report: EvaluationReport) -> (metric: String, value: Double)? {
    let name = name(in: report)
    return report.value(of: name).map { (name, $0) }
  }
}

extension EvaluationReport {
  /// Whether this report is better than another by the monitored metric, and if that is equal, by the loss. Reports on other
  /// than validation samples, or without a finite metric and loss, are never better.
  func isBetter(than other: EvaluationReport?, by monitor: Monitor) -> Bool {
    guard split == .validation, loss.isFinite, let (metric, own) = monitor.value(in: self), own.isFinite else {
      return false
    }
    guard let other, let theirs = other.value(of: metric) else { return true }
    return own == theirs ? loss < other.loss : monitor.direction(of: metric).isBetter(own, than: theirs)
  }
}

extension Schedule {
  /// Passes the monitored metric to the schedule: the loss if none is chosen.
  func observe(_ report: EvaluationReport, by monitor: Monitor) {
    let metric = monitor.metric ?? "loss"
    guard let value = report.value(of: metric) else { return }
    observe(value, better: monitor.metric == nil ? .least : monitor.direction(of: metric))
  }
}
