/// One rise and one long fall of the learning rate, as PyTorch's `OneCycleLR` (cosine, two phases, constant momentum): from
/// η/d up to the base rate η in the first part of the run, then down to η/(d·f) at the last step.
///
/// Smith & Topin 2019.
public struct OneCycleSchedule: Schedule {
  private let last: Double
  private let top: Double
  private let divisor: Double
  private let finalDivisor: Double

  /// A cycle of `length` steps.
  /// - Parameters:
  ///   - length: steps of the cycle; after it the rate stays the same.
  ///   - rise: the rise's share of the steps.
  ///   - divisor: d, the base rate divided by the first rate.
  ///   - finalDivisor: f, the first rate divided by the last.
  public init(length: Int, rise: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 1e4) {
    precondition(length > 0, "a schedule has a length")
    last = Double(length - 1)
    top = rise * Double(length) - 1
    self.divisor = divisor
    self.finalDivisor = finalDivisor
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double {
    let (start, now) = (base / divisor, min(Double(step), last))
    if now < top { return anneal(from: start, to: base, at: now / top) }
    // If the rise is shorter than a step, the fall begins before step 0.
    let share = last > top ? (now - top) / (last - top) : 0
    return anneal(from: base, to: start / finalDivisor, at: share)
  }
}
