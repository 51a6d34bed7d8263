extension EvaluationReport {
  /// The value of a metric by its name in recipes; nil if the report has no such metric.
  public func value(of metric: String) -> Double? {
    switch metric {
    case "loss": loss
    case "accuracy": accuracy
    default: metrics.first { $0.metric.name == metric }?.value
    }
  }

  /// The loss; nil if no label counts. One that is not finite is no nil: it says that the outputs are too large.
  package var definedLoss: Double? { countsNothing == true ? nil : loss }

  /// The accuracy; nil if no label counts, or the loss has none.
  package var definedAccuracy: Double? { accuracy.flatMap { $0.isNaN ? nil : $0 } }

  /// The metrics besides loss and accuracy.
  package var furtherMetrics: [MetricValue] { metrics.filter(\.metric.isFurther) }
}
