/// Which values of a metric are better.
public enum MetricDirection: String, CaseIterable, Sendable {
  /// The least is the best, such as a loss.
  case least
  /// The greatest is the best, such as an accuracy.
  case greatest
}
