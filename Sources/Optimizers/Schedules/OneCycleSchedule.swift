/// One rise and one long fall of the learning rate, as PyTorch's `OneCycleLR` (cosine, two phases, the momentum left
/// alone): from η/d up to the base rate η over the first part of the run, then down to η/(d·f) at the last step.
///
/// Smith & Topin 2019.
public struct OneCycleSchedule: Schedule {
  private let last: Double
  private let top: Double
  private let divisor: Double
  private let finalDivisor: Double

  /// A cycle of `length` steps.
  /// - Parameters:
  ///   - length: steps of the cycle; the rate stays where it ends.
  ///   - rise: the share of the steps that the rise takes.
  ///   - divisor: d, how far below the top the rate starts.
  ///   - finalDivisor: f, how far below its start the rate ends.
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
    // Where the rise takes no whole step, the fall begins before step 0.
    let share = last > top ? (now - top) / (last - top) : 0
    return anneal(from: base, to: start / finalDivisor, at: share)
  }
}
