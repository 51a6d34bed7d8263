/// What metrics need of probabilities; only what they need is summed.
struct ProbabilityStatistics {
  private var calibration: Calibration?
  private var logLoss: ExactSum?

  /// Nothing added.
  init(_ metrics: [Metric]) {
    calibration = metrics.contains(.calibrationError) ? Calibration() : nil
    logLoss = metrics.contains(.logLoss) ? ExactSum() : nil
  }

  /// Adds a prediction a number of times: the probability of what is predicted, and −log of the probability of what is right.
  mutating func add(confidence: Double, logLoss loss: Double, isRight: Bool, times: Int) {
    calibration?.add(confidence: confidence, isRight: isRight, times: times)
    logLoss?.add(loss * Double(times))
  }

  /// The counts to add over all ranks.
  var counts: [Int] { calibration.map { $0.counts + $0.right } ?? [] }
  /// The sums to add over all ranks.
  var sums: [ExactSum] { (calibration?.confidence ?? []) + [logLoss].compactMap(\.self) }

  /// Takes the counts and sums of all ranks.
  mutating func take(counts: ArraySlice<Int>, sums: [ExactSum]) {
    let bins = Calibration.bins
    if logLoss != nil { logLoss = sums.last }
    if calibration != nil {
      calibration = Calibration(
        counts: counts.prefix(bins), right: counts.suffix(bins), confidence: sums.prefix(bins))
    }
  }

  /// The mean log loss of a number of predictions, or the calibration error; nil for other metrics.
  func value(of metric: Metric, predictions: Double) -> Double? {
    switch metric {
    case .logLoss: logLoss.map { $0.value / predictions }
    case .calibrationError: calibration?.error
    default: nil
    }
  }
}
