import Tensors

/// A learning rate that falls to a minimum along half a cosine, as PyTorch's `CosineAnnealingLR`, and stays there:
///
///     η(t) = m + (η − m) · (1 + cos(πt / T)) / 2
///
/// Loshchilov & Hutter 2017, without restarts.
public struct CosineSchedule: Schedule {
  private let length: Int
  private let minimum: Double

  /// A schedule that reaches `minimum` after `length` steps.
  public init(length: Int, minimum: Double = 0) {
    precondition(length > 0, "a schedule has a length")
    self.length = length
    self.minimum = minimum
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double {
    anneal(from: base, to: minimum, at: Double(min(step, length)) / Double(length))
  }
}

/// The value at `share` (0...1) of the way along half a cosine.
func anneal(from start: Double, to end: Double, at share: Double) -> Double {
  end + (start - end) * (1 + cosine(ofTurn: share / 2)) / 2
}
