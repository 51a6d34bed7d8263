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

  /// The name and value of the metric in a report; nil if the report has no such metric.
  public func value(in report: EvaluationReport) -> (metric: String, value: Double)? {
    let name = name { report.value(of: $0) != nil }
    return report.value(of: name).map { (name, $0) }
  }
}
