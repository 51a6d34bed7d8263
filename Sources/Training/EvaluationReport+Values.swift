extension EvaluationReport {
  /// The value of a metric by its name in recipes; nil if the report has no such metric.
  public func value(of metric: String) -> Double? {
    switch metric {
    case "loss": loss
    case "accuracy": accuracy
    default: metrics.first { $0.metric.name == metric }?.value
    }
  }

  /// The metrics besides loss and accuracy.
  package var furtherMetrics: [MetricValue] { metrics.filter(\.metric.isFurther) }
}
