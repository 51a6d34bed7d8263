import Foundation

/// Where values lie along an axis.
struct Scale {
  /// The values at the axis's two ends.
  let domain: ClosedRange<Double>
  /// Where the domain's lower end lies, and its upper.
  let start, end: Double
  let isLogarithmic: Bool

  /// A scale over `domain`; a logarithmic one needs a positive domain.
  init(_ domain: ClosedRange<Double>, from start: Double, to end: Double, isLogarithmic: Bool = false) {
    let isPoint = !(domain.upperBound > domain.lowerBound)
    let width = max(domain.lowerBound.magnitude * 0.1, 1e-9)
    self.domain = isPoint ? domain.lowerBound - (isLogarithmic ? 0 : width)...domain.lowerBound + width : domain
    (self.start, self.end) = (start, end)
    self.isLogarithmic = isLogarithmic
  }

  /// The coordinate of a value; those outside the domain lie at its ends.
  func callAsFunction(_ value: Double) -> Double {
    let clamped = min(max(value, domain.lowerBound), domain.upperBound)
    let share =
      isLogarithmic
      ? log(clamped / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
      : (clamped - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return start + share * (end - start)
  }

  /// Round values within the domain, about `count` of them.
  func ticks(_ count: Int) -> [Double] {
    isLogarithmic ? decades(count) : Scale.steps(domain, count: count)
  }

  /// The multiples of a round step within a domain.
  static func steps(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
    let step = step(domain.upperBound - domain.lowerBound, count: count)
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// The step of 1, 2 or 5 times a power of ten that divides a length into about `count` parts.
  static func step(_ length: Double, count: Int) -> Double {
    let rough = length / Double(max(count, 1))
    let power = pow(10, log10(rough).rounded(.down))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
    return factor * power
  }

  private func decades(_ count: Int) -> [Double] {
    let first = Int(log10(domain.lowerBound).rounded(.down))
    let last = Int(log10(domain.upperBound).rounded(.up))
    let every = max(1, (last - first + count - 1) / count)
    let factors: [Double] = last - first <= 2 ? [1, 2, 5] : [1]
    return (first...last).filter { $0.isMultiple(of: every) }
      .flatMap { exponent in factors.map { $0 * pow(10, Double(exponent)) } }
      .filter { domain.lowerBound * 0.999...domain.upperBound * 1.001 ~= $0 }
  }
}
