/// How a measured span of time spreads: its quantiles at even distances, straight lines between them.
public struct Quantiles: Codable, Equatable, Sendable {
  /// The least value, those that equal shares of all lie below, and the greatest; ascending.
  public let values: [Double]

  /// The quantiles of `samples`, of which there is at least one, at the ends of so many equal parts.
  public init(samples: [Double], parts: Int = 10) {
    precondition(!samples.isEmpty && parts > 0, "quantiles are of at least one sample")
    let sorted = samples.sorted()
    values = (0...parts).map { part in
      let place = Double(sorted.count - 1) * Double(part) / Double(parts)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
  }

  /// Quantiles that are known: at least two values, ascending.
  public init(values: [Double]) {
    precondition(values.count > 1 && zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "quantiles ascend")
    self.values = values
  }

  /// The mean.
  public var mean: Double { expectedMaximum(of: 1) }

  /// The mean of the greatest of `count` values that are drawn independently: what a step takes that waits for the
  /// slowest of so many machines. The integral of Q(u) n uⁿ⁻¹ over u from 0 to 1, Q being the quantile function.
  public func expectedMaximum(of count: Int) -> Double {
    precondition(count > 0, "the greatest is of at least one value")
    let (n, width) = (Double(count), 1 / Double(values.count - 1))
    var sum = 0.0
    for part in 0..<values.count - 1 {
      let (low, high) = (Double(part) * width, Double(part + 1) * width)
      let (start, slope) = (values[part], (values[part + 1] - values[part]) / width)
      let mass = Quantiles.power(high, count) - Quantiles.power(low, count)
      let moment = Quantiles.power(high, count + 1) - Quantiles.power(low, count + 1)
      sum += start * mass + slope * (n / (n + 1) * moment - low * mass)
    }
    return sum
  }

  /// These, all multiplied by a factor that is not negative.
  public func scaled(by factor: Double) -> Quantiles { Quantiles(values: values.map { $0 * factor }) }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if !rest.isMultiple(of: 2) { result *= square }
      square *= square
      rest /= 2
    }
    return result
  }
}
