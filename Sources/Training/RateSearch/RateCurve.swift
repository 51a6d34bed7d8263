/// The losses of steps whose learning rate grows, and what they say about the rate.
package struct RateCurve: Equatable, Sendable {
  /// The learning rate of each step.
  package private(set) var rates: [Double] = []
  /// The loss of each step's batch, before its update; all are finite.
  package private(set) var losses: [Double] = []
  /// The loss as a mean over a step and its neighbours; a step's own loss weighs most.
  ///
  /// The mean is symmetric: one over former steps only would shift the curve towards greater rates. It takes a tenth of the
  /// range's steps.
  package private(set) var smoothed: [Double] = []
  /// The rate at which the test stopped, because the loss diverged; nil if it went through the range.
  package private(set) var divergence: Double?

  /// How many times the lowest loss the running loss may be before the test stops.
  package static let limit = 4.0
  /// The weight of the former losses in the running loss that decides about the end.
  private static let memory = 0.9
  /// The loss must fall by this many times the median distance of a step's loss from the smoothed one. The smoothed loss of
  /// batches that only differ at random is about half that distance from its mean, so a tenth of such a fall is more than chance.
  private static let clearFall = 8.0
  /// The share of the fall that is left out at both ends of the slope.
  private static let foot = 0.1

  /// The losses of a test of `range` so far. Steps are taken in by `take`.
  init(range: RateRange) { half = max(1, range.steps / 20) }

  /// A finished curve.
  package init(rates: [Double], losses: [Double], range: RateRange) {
    self.init(range: range)
    for (rate, loss) in zip(rates, losses) where divergence == nil { take(loss, at: rate) }
    finish()
  }

  private let half: Int
  private var running = 0.0
  private var newest = 1.0
  private var lowestRunning = Double.infinity

  /// Takes in a step's loss. If the loss has diverged, `divergence` is set: it is not finite, or the running mean is above
  /// `limit` times its lowest value.
  mutating func take(_ loss: Double, at rate: Double) {
    guard loss.isFinite else { return divergence = rate }
    rates.append(rate)
    losses.append(loss)
    running = RateCurve.memory * running + (1 - RateCurve.memory) * loss
    newest *= RateCurve.memory
    let mean = running / (1 - newest)
    if mean > RateCurve.limit * lowestRunning { divergence = rate }
    lowestRunning = min(lowestRunning, mean)
  }

  /// Smooths the losses when all steps are taken in.
  mutating func finish() {
    smoothed = losses.indices.map { index in
      var (sum, weights) = (0.0, 0.0)
      for near in max(0, index - half)...min(losses.count - 1, index + half) {
        let weight = Double(half + 1 - abs(near - index))
        sum += weight * losses[near]
        weights += weight
      }
      return sum / weights
    }
  }
}

extension RateCurve {
  /// The step of the lowest smoothed loss; nil without steps.
  private var lowestStep: Int? { smoothed.indices.min { smoothed[$0] < smoothed[$1] } }

  /// The lowest smoothed loss and its rate; nil without steps.
  package var lowest: (rate: Double, loss: Double)? { lowestStep.map { (rates[$0], smoothed[$0]) } }

  /// The loss at rates too small to change it: the mean over the first tenth of the steps.
  private var start: Double {
    let first = losses.prefix(max(1, losses.count / 10))
    return first.reduce(0, +) / Double(max(1, first.count))
  }

  /// Whether the loss falls clearly anywhere: by more than the batches differ.
  package var falls: Bool {
    guard let lowestStep, lowestStep > 0 else { return false }
    let distances = (0...lowestStep).map { (losses[$0] - smoothed[$0]).magnitude }.sorted()
    return start - smoothed[lowestStep] > RateCurve.clearFall * distances[distances.count / 2]
  }

  /// The rate at which the smoothed loss falls fastest over the logarithm of the rate; nil if it does not fall clearly.
  package var steepest: Double? {
    guard falls, let lowestStep else { return nil }
    // Rates grow by a constant factor, so a difference of neighbours is the slope.
    return (1...lowestStep).min { slope($0) < slope($1) }.map { rates[$0] }
  }

  private func slope(_ step: Int) -> Double {
    smoothed[min(step + 1, smoothed.count - 1)] - smoothed[step - 1]
  }

  /// The suggested rate: the middle of the valley's slope, on the logarithmic axis, between the places where a tenth and nine
  /// tenths of the fall are done; nil if the loss does not fall clearly.
  ///
  /// It is steadier than the steepest descent, which one batch can move. Unlike the longest series of falling losses (fastai's
  /// `valley`), it does not count steps before the slope in which the loss hardly falls.
  package var suggestion: Double? {
    guard falls, let lowestStep else { return nil }
    let fall = start - smoothed[lowestStep]
    /// The last step before the lowest loss in which no more than a share of the fall is done.
    func last(share: Double) -> Int {
      smoothed[..<lowestStep].lastIndex { $0 >= start - share * fall } ?? 0
    }
    return rates[(last(share: RateCurve.foot) + last(share: 1 - RateCurve.foot)) / 2]
  }
}
