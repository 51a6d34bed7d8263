import Tensors

/// A learning rate that falls to a minimum as a power of the steps left, as PyTorch's `PolynomialLR`, and stays there:
///
///     η(t) = m + (η − m) · (1 − t/T)ᵖ
public struct PolynomialSchedule: Schedule {
  private let length: Int
  private let exponent: Double
  private let minimum: Double

  /// A schedule that reaches `minimum` after `length` steps; exponent 1 gives a straight line.
  public init(length: Int, exponent: Double = 1, minimum: Double = 0) {
    precondition(length > 0, "a schedule has a length")
    self.length = length
    self.exponent = exponent
    self.minimum = minimum
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double {
    let left = 1 - Double(min(step, length)) / Double(length)
    return minimum + (base - minimum) * power(left, exponent)
  }
}
