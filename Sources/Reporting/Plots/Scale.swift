import Foundation

/// Maps values to coordinates along an axis.
struct Scale {
  /// The values at the axis's two ends.
  let domain: ClosedRange<Double>
  /// The coordinates of the domain's lower end and of its upper end.
  let start, end: Double
  let isLogarithmic: Bool
  /// The size up to which a symmetric logarithmic scale is about linear.
  let linearSize: Double?

  /// A scale over `domain`, which must be positive for a logarithmic one.
  init(
    _ domain: ClosedRange<Double>, from start: Double, to end: Double, isLogarithmic: Bool = false,
    linearSize: Double? = nil
  ) {
    let isPoint = !(domain.upperBound > domain.lowerBound)
    let width = max(domain.lowerBound.magnitude * 0.1, 1e-9)
    self.domain = isPoint ? domain.lowerBound - (isLogarithmic ? 0 : width)...domain.lowerBound + width : domain
    (self.start, self.end) = (start, end)
    self.isLogarithmic = isLogarithmic
    self.linearSize = linearSize
  }

  /// The coordinate of a value; values outside the domain are at its ends.
  func callAsFunction(_ value: Double) -> Double {
    let clamped = min(max(value, domain.lowerBound), domain.upperBound)
    let share =
      isLogarithmic
      ? log(clamped / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
      : (length(clamped) - length(domain.lowerBound)) / (length(domain.upperBound) - length(domain.lowerBound))
    return start + share * (end - start)
  }

  /// The distance of a value from 0: the value, or its symmetric logarithm.
  private func length(_ value: Double) -> Double {
    guard let linearSize else { return value }
    return value < 0 ? -log10(1 - value / linearSize) : log10(1 + value / linearSize)
  }

  /// Round values within the domain, about `count` of them.
  func ticks(_ count: Int) -> [Double] {
    if isLogarithmic { return decades(count) }
    return linearSize.map { symmetricDecades($0, count) } ?? Scale.steps(domain, count: count)
  }

  /// 0, and powers of ten on both sides, far enough from it and from each other.
  private func symmetricDecades(_ linearSize: Double, _ count: Int) -> [Double] {
    let most = max(domain.upperBound, -domain.lowerBound)
    let (first, last) = (Int(log10(linearSize).rounded(.up)), Int(log10(most).rounded(.down)))
    guard first <= last else { return Scale.steps(domain, count: count) }
    let isBothSided = domain.lowerBound < -linearSize && domain.upperBound > linearSize
    let places = max(1, isBothSided ? count / 2 : count)
    let every = (last - first) / places + 1
    let powers = stride(from: last, through: first, by: -every).map { pow(10, Double($0)) }
    return (powers.map { -$0 } + [0] + powers.reversed()).filter { domain ~= $0 }
  }

  /// The multiples of a round step within a domain.
  static func steps(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
    let step = step(domain.upperBound - domain.lowerBound, count: count)
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// The step, 1, 2 or 5 times a power of ten, that divides a length into about `count` parts.
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
