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
  private var probabilities: ProbabilityStatistics
  /// The confusion matrix of all ranks, if it is wanted.
  private(set) var confusion = ConfusionCounts(pairs: [])

  /// Nothing counted; only what the metrics need will be.
  init(_ metrics: [Metric], classes: Int, keepsConfusion: Bool) {
    hits = Array(repeating: HitCounts(), count: classes)
    tally = keepsConfusion ? ConfusionTally() : nil
    let tops = metrics.map { if case .top(let count) = $0 { count } else { 0 } }
    ranks = Array(repeating: 0, count: tops.max() ?? 0)
    probabilities = ProbabilityStatistics(metrics)
  }

  mutating func add(_ row: ClassRow, times: Int) {
    let (actual, predicted) = (Int(row.actual), Int(row.predicted))
    hits[actual].actual += times
    hits[predicted].predicted += times
    if actual == predicted { hits[actual].both += times }
    tally?.add(actual: row.actual, predicted: predicted, times: times)
    if row.rank < ranks.count { ranks[Int(row.rank)] += times }
    probabilities.add(
      confidence: row.confidence, logLoss: row.logLoss, isRight: actual == predicted, times: times)
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
    let own = ranks + (tally == nil ? hits.numbers : [])
    let (counts, sums) = (own + probabilities.counts, probabilities.sums)
    guard !counts.isEmpty || !sums.isEmpty else { return }
    let all = try SummedNumbers(counts: counts, sums: sums, over: communicator)
    if tally == nil { hits = [HitCounts](numbers: all.counts[ranks.count..<own.count]) }
    ranks = Array(all.counts.prefix(ranks.count))
    probabilities.take(counts: all.counts[own.count...], sums: all.sums)
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
    case .logLoss, .calibrationError: return probabilities.value(of: metric, predictions: samples)
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
