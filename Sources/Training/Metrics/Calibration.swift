/// How often predictions are right, by how confident they are (Guo et al. 2017, "On calibration of modern neural networks").
///
/// Bin k of 15 has the confidences above k / 15, up to (k + 1) / 15. The expected calibration error is the mean over all
/// predictions of |share of right ones − mean confidence| of their bin.
struct Calibration {
  /// The number of bins.
  static let bins = 15

  /// The number of predictions of each bin, and of right ones.
  private(set) var counts, right: [Int]
  private(set) var confidence: [ExactSum]

  /// Nothing counted.
  init() {
    counts = Array(repeating: 0, count: Calibration.bins)
    right = counts
    confidence = Array(repeating: ExactSum(), count: Calibration.bins)
  }

  /// Bins that were counted before.
  init(counts: ArraySlice<Int>, right: ArraySlice<Int>, confidence: ArraySlice<ExactSum>) {
    (self.counts, self.right, self.confidence) = (Array(counts), Array(right), Array(confidence))
  }

  /// Counts a prediction a number of times.
  mutating func add(confidence: Double, isRight: Bool, times: Int) {
    let place = (confidence * Double(Calibration.bins)).rounded(.up) - 1
    let bin = place.isNaN ? 0 : Int(max(0, min(place, Double(Calibration.bins - 1))))
    counts[bin] += times
    if isRight { right[bin] += times }
    self.confidence[bin].add(confidence * Double(times))
  }

  /// The expected calibration error; nil if nothing was counted or a confidence is NaN.
  var error: Double? {
    let all = counts.reduce(0, +)
    guard all > 0 else { return nil }
    var sum = 0.0
    for bin in 0..<Calibration.bins { sum += (Double(right[bin]) - confidence[bin].value).magnitude }
    return sum.isFinite ? sum / Double(all) : nil
  }
}
