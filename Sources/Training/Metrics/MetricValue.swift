/// A metric's value on a data set.
public struct MetricValue: Equatable, Sendable {
  /// An interval that has the value of other samples of the same kind with a probability of 95 %.
  public struct Interval: Codable, Equatable, Sendable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double
  }

  /// The metric.
  public let metric: Metric
  /// Its value; nil if it is not defined for these samples.
  public internal(set) var value: Double?
  /// Its value for each class, label or output, nil if not defined; empty if it has none.
  public internal(set) var parts: [Double?] = []
  /// The interval of the value, if resampling found one.
  public internal(set) var interval: Interval?

  /// A value without parts.
  package init(metric: Metric, value: Double?, parts: [Double?] = []) {
    self.metric = metric
    self.value = value
    self.parts = parts
  }
}

extension Metric {
  /// Its name for one class, label or output: precision for macro-precision.
  package var partName: String {
    for prefix in ["macro-", "weighted-"] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
    return name
  }
}

extension EvaluationReport {
  /// The word for one of a metric's parts.
  package var partNoun: String { !confusion.isEmpty ? "class" : accuracy != nil ? "event" : "output" }

  /// The metrics with parts. Of those whose parts are the same, such as macro-f1 and weighted-f1, the first stands for all.
  package var partMetrics: [MetricValue] {
    var names: Set<String> = []
    return metrics.filter { !$0.parts.isEmpty && names.insert($0.metric.partName).inserted }
  }
}

extension MetricValue: Codable {
  private enum CodingKeys: CodingKey {
    case metric, value, parts, interval
  }

  /// Writes the metric by its name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(metric.name, forKey: .metric)
    try container.encode(value, forKey: .value)
    if !parts.isEmpty { try container.encode(parts, forKey: .parts) }
    try container.encodeIfPresent(interval, forKey: .interval)
  }

  /// Reads it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let metric = Metric(name: try container.decode(String.self, forKey: .metric)) else {
      throw DecodingError.dataCorruptedError(forKey: .metric, in: container, debugDescription: "no metric's name")
    }
    self.metric = metric
    value = try container.decodeIfPresent(Double.self, forKey: .value)
    parts = try container.decodeIfPresent([Double?].self, forKey: .parts) ?? []
    interval = try container.decodeIfPresent(Interval.self, forKey: .interval)
  }
}
