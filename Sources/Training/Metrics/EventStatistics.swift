import Collectives

/// A prediction of one of several events, or of all of a row.
struct EventRow: SampleRow {
  let sample: Int32
  /// The event's index; −1 for all of the row.
  let label: Int32
  /// Whether the event happens and whether that is predicted; for all of the row, whether all predictions are right.
  let isActual, isPredicted: Bool
  /// The probability of what is predicted.
  var confidence = 0.0
  /// −log of the probability of what is right.
  var logLoss = 0.0
}

/// Statistics of several events that are independent of each other.
struct EventStatistics: MetricStatistics {
  private var hits: [HitCounts]
  private var rows = 0
  private var rightRows = 0
  private var rightEvents = 0
  private var probabilities: ProbabilityStatistics

  /// Nothing counted; only what the metrics need will be.
  init(_ metrics: [Metric], labels: Int) {
    hits = Array(repeating: HitCounts(), count: labels)
    probabilities = ProbabilityStatistics(metrics)
  }

  mutating func add(_ row: EventRow, times: Int) {
    guard row.label >= 0 else {
      rows += times
      if row.isPredicted { rightRows += times }
      return
    }
    let label = Int(row.label)
    if row.isActual { hits[label].actual += times }
    if row.isPredicted { hits[label].predicted += times }
    if row.isActual, row.isPredicted { hits[label].both += times }
    let isRight = row.isActual == row.isPredicted
    if isRight { rightEvents += times }
    probabilities.add(confidence: row.confidence, logLoss: row.logLoss, isRight: isRight, times: times)
  }

  mutating func sum(over communicator: any Communicator) throws {
    let own = [rows, rightRows, rightEvents] + hits.numbers
    let all = try SummedNumbers(
      counts: own + probabilities.counts, sums: probabilities.sums, over: communicator)
    (rows, rightRows, rightEvents) = (all.counts[0], all.counts[1], all.counts[2])
    hits = [HitCounts](numbers: all.counts[3..<own.count])
    probabilities.take(counts: all.counts[own.count...], sums: all.sums)
  }

  func parts(of metric: Metric) -> [Double?] { hits.parts(of: metric) }

  func value(of metric: Metric) -> Double? {
    guard rows > 0 else { return nil }
    let (all, events) = (hits.reduce(HitCounts(), +), Double(rows * hits.count))
    switch metric {
    case .accuracy: return Double(rightEvents) / events
    case .subsetAccuracy: return Double(rightRows) / Double(rows)
    case .microPrecision: return all.precision
    case .microRecall: return all.recall
    case .microF1: return all.f1
    case .logLoss, .calibrationError: return probabilities.value(of: metric, predictions: events)
    default: return hits.mean(of: metric)
    }
  }
}
