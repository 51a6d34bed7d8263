extension EvaluationReport {
  /// The value of a metric by its name in recipes; nil if the report has no such metric.
  public func value(of metric: String) -> Double? {
    switch metric {
    case "loss": loss
    case "accuracy": accuracy
    default: nil
    }
  }
}
