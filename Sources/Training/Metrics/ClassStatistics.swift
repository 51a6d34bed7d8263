import Collectives

/// A prediction of one of several classes, or of one event.
struct ClassRow: SampleRow {
  let sample: Int32
  let actual, predicted: Int32
  /// The number of classes with larger outputs than the actual one's; of equals the first counts as larger.
  var rank: Int32 = 0
  /// The probability of the predicted class.
  var confidence = 0.0
  /// −log of the probability of the actual class.
  var logLoss = 0.0
}

/// Statistics of classes of which one is right, or of one event.
struct ClassStatistics: MetricStatistics {
  private var hits: [HitCounts]
  /// Which classes are taken for which; nil if that is not wanted.
  private var tally: ConfusionTally?
  /// How often the actual class has each rank, up to the largest that a metric asks for.
  private var ranks: [Int]
  private var calibration: Calibration?
  private var logLoss: ExactSum?
  /// The confusion matrix of all ranks, if it is wanted.
  private(set) var confusion = ConfusionCounts(pairs: [])

  /// Nothing counted; only what the metrics need will be.
  init(_ metrics: [Metric], classes: Int, keepsConfusion: Bool) {
    hits = Array(repeating: HitCounts(), count: classes)
    tally = keepsConfusion ? ConfusionTally() : nil
    let tops = metrics.map { if case .top(let count) = $0 { count } else { 0 } }
    ranks = Array(repeating: 0, count: tops.max() ?? 0)
    calibration = metrics.contains(.calibrationError) ? Calibration() : nil
    logLoss = metrics.contains(.logLoss) ? ExactSum() : nil
  }

  mutating func add(_ row: ClassRow, times: Int) {
    let (actual, predicted) = (Int(row.actual), Int(row.predicted))
    hits[actual].actual += times
    hits[predicted].predicted += times
    if actual == predicted { hits[actual].both += times }
    tally?.add(actual: row.actual, predicted: predicted, times: times)
    if row.rank < ranks.count { ranks[Int(row.rank)] += times }
    calibration?.add(confidence: row.confidence, isRight: actual == predicted, times: times)
    logLoss?.add(row.logLoss * Double(times))
  }

  mutating func sum(over communicator: any Communicator) throws {
    // A confusion matrix holds the counts of the classes.
    if let tally {
      confusion = try tally.sum(over: communicator)
      hits = Array(repeating: HitCounts(), count: hits.count)
      for pair in confusion.pairs {
        hits[pair.actual].actual += pair.count
        hits[pair.predicted].predicted += pair.count
        if pair.actual == pair.predicted { hits[pair.actual].both += pair.count }
      }
    }
    let (bins, own) = (Calibration.bins, calibration ?? Calibration())
    let counts =
      ranks + (calibration == nil ? [] : own.counts + own.right)
      + (tally == nil ? hits.flatMap { [$0.actual, $0.predicted, $0.both] } : [])
    let sums = (calibration == nil ? [] : own.confidence) + [logLoss].compactMap(\.self)
    guard !counts.isEmpty || !sums.isEmpty else { return }
    let all = try SummedNumbers(counts: counts, sums: sums, over: communicator)
    var rest = all.counts[...]
    func take(_ count: Int) -> ArraySlice<Int> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    ranks = Array(take(ranks.count))
    if logLoss != nil { logLoss = all.sums.last }
    if calibration != nil {
      calibration = Calibration(counts: take(bins), right: take(bins), confidence: all.sums.prefix(bins))
    }
    if tally == nil {
      hits = hits.map { _ in
        let numbers = Array(take(3))
        return HitCounts(actual: numbers[0], predicted: numbers[1], both: numbers[2])
      }
    }
  }

  func parts(of metric: Metric) -> [Double?] { [] }

  func value(of metric: Metric) -> Double? {
    let seen = hits.filter { $0.actual + $0.predicted > 0 }
    let all = seen.reduce(HitCounts(), +)
    guard all.actual > 0 else { return nil }
    let samples = Double(all.actual)
    switch metric {
    case .accuracy: return Double(all.both) / samples
    case .top(let count): return Double(ranks[..<count].reduce(0, +)) / samples
    case .balancedAccuracy: return seen.filter { $0.actual > 0 }.mean(of: .macroRecall)
    case .precision: return hits[1].precision
    case .recall: return hits[1].recall
    case .f1: return hits[1].f1
    case .kappa: return kappa(seen, samples: samples, right: Double(all.both))
    case .matthews: return matthews(seen, samples: samples, right: Double(all.both))
    case .logLoss: return logLoss.map { $0.value / samples }
    case .calibrationError: return calibration?.error
    default: return seen.mean(of: metric)
    }
  }

  /// (p − e) / (1 − e), with the share p of right predictions, and the share e that would be right by chance. Nil if e is 1.
  private func kappa(_ seen: [HitCounts], samples: Double, right: Double) -> Double? {
    guard seen.count > 1 else { return nil }
    let chance = seen.reduce(0.0) { $0 + Double($1.actual) / samples * (Double($1.predicted) / samples) }
    return (right / samples - chance) / (1 - chance)
  }

  /// The correlation of predicted and actual classes (Gorodkin 2004); 0 if all predictions, or all classes, are the same.
  private func matthews(_ seen: [HitCounts], samples: Double, right: Double) -> Double {
    var (together, predicted, actual) = (right / samples, 1.0, 1.0)
    for type in seen {
      let (a, p) = (Double(type.actual) / samples, Double(type.predicted) / samples)
      if a == 1 || p == 1 { return 0 }
      together -= a * p
      predicted -= p * p
      actual -= a * a
    }
    return together / (predicted * actual).squareRoot()
  }
}
