import Optimizers

extension MetricDirection {
  /// The direction of a metric by its name in recipes; nil if there is no such metric.
  public init?(of metric: String) {
    guard let metric = Metric(name: metric) else { return nil }
    self = metric.direction
  }

  /// Whether `value` is better than `other` by more than `margin`, and finite.
  public func isBetter(_ value: Double, than other: Double, by margin: Double = 0) -> Bool {
    guard value.isFinite else { return false }
    return self == .least ? value < other - margin : value > other + margin
  }
}
