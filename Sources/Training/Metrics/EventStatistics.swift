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
  private var calibration: Calibration?
  private var logLoss: ExactSum?

  /// Nothing counted; only what the metrics need will be.
  init(_ metrics: [Metric], labels: Int) {
    hits = Array(repeating: HitCounts(), count: labels)
    calibration = metrics.contains(.calibrationError) ? Calibration() : nil
    logLoss = metrics.contains(.logLoss) ? ExactSum() : nil
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
    if row.isActual == row.isPredicted { rightEvents += times }
    calibration?.add(confidence: row.confidence, isRight: row.isActual == row.isPredicted, times: times)
    logLoss?.add(row.logLoss * Double(times))
  }

  mutating func sum(over communicator: any Communicator) throws {
    let (bins, own) = (Calibration.bins, calibration ?? Calibration())
    let counts = [rows, rightRows, rightEvents] + hits.flatMap { [$0.actual, $0.predicted, $0.both] }
    let all = try SummedNumbers(
      counts: counts + own.counts + own.right,
      sums: (calibration == nil ? [] : own.confidence) + [logLoss].compactMap(\.self), over: communicator)
    (rows, rightRows, rightEvents) = (all.counts[0], all.counts[1], all.counts[2])
    for label in hits.indices {
      let first = 3 + 3 * label
      hits[label] = HitCounts(
        actual: all.counts[first], predicted: all.counts[first + 1], both: all.counts[first + 2])
    }
    if logLoss != nil { logLoss = all.sums.last }
    guard calibration != nil else { return }
    let tail = all.counts[counts.count...]
    calibration = Calibration(
      counts: tail.prefix(bins), right: tail.suffix(bins), confidence: all.sums.prefix(bins))
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
    case .logLoss: return logLoss.map { $0.value / events }
    case .calibrationError: return calibration?.error
    default: return hits.mean(of: metric)
    }
  }
}
