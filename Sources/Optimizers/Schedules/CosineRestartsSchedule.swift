/// A learning rate that falls to a minimum along half a cosine again and again, as PyTorch's `CosineAnnealingWarmRestarts`:
///
///     η(t) = m + (η − m) · (1 + cos(πs / T)) / 2
///
/// s counts the steps since the last restart, and T is the length of the period, which each restart multiplies. Loshchilov &
/// Hutter 2017.
public struct CosineRestartsSchedule: Schedule {
  private let period: Int
  private let multiplier: Int
  private let minimum: Double

  /// A schedule whose first period has `period` steps, and each further one `multiplier` times as many.
  public init(period: Int, multiplier: Int = 1, minimum: Double = 0) {
    precondition(period > 0 && multiplier > 0, "a period has a length")
    self.period = period
    self.multiplier = multiplier
    self.minimum = minimum
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double {
    let (place, length) = place(of: step)
    return anneal(from: base, to: minimum, at: Double(place) / Double(length))
  }

  /// The steps of a period before a step, and the period's length.
  private func place(of step: Int) -> (steps: Int, length: Int) {
    guard multiplier > 1 else { return (step % period, period) }
    var (place, length) = (step, period)
    while place >= length {
      place -= length
      let (next, isTooLong) = length.multipliedReportingOverflow(by: multiplier)
      length = isTooLong ? .max : next
    }
    return (place, length)
  }
}
