import Foundation

/// One axis of a plot: its label and its scale.
struct Axis {
  /// The label of the values, with their unit.
  var label: String
  /// Whether the scale is logarithmic.
  var isLogarithmic = false
  /// For a symmetric logarithmic scale: the size up to which it is linear; above, each factor of ten takes the same
  /// length, on both sides of 0.
  var linearSize: Double?
  /// Whether 0 is always shown.
  var includesZero = false
  /// Fixed ends; nil if they follow the values.
  var bounds: ClosedRange<Double>?
  /// What the whole numbers from 0 on mean; nil if values are numbers.
  var names: [String]?

  /// An axis whose ends follow its values.
  init(
    _ label: String, isLogarithmic: Bool = false, linearSize: Double? = nil, includesZero: Bool = false,
    bounds: ClosedRange<Double>? = nil, names: [String]? = nil
  ) {
    self.label = label
    self.isLogarithmic = isLogarithmic
    self.linearSize = linearSize
    self.includesZero = includesZero
    self.bounds = bounds
    self.names = names
  }

  /// The domain for `values` (only finite ones; on a logarithmic axis only positive ones), with round ends if
  /// `isRounded`.
  func domain(of values: some Sequence<Double>, isRounded: Bool) -> ClosedRange<Double> {
    if let bounds { return bounds }
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (!isLogarithmic || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return isLogarithmic ? 0.1...1 : 0...1 }
    if includesZero, !isLogarithmic { (low, high) = (min(low, 0), max(high, 0)) }
    guard isRounded else { return low...high }
    if isLogarithmic { return Axis.roundedPowers(low, high) }
    if linearSize != nil { return low < high ? low...high : low - 1...high + 1 }
    if low == high { return low == 0 ? 0...1 : low - low.magnitude * 0.1...high + high.magnitude * 0.1 }
    let step = Scale.step(high - low, count: 4)
    return (low / step + 1e-9).rounded(.down) * step...(high / step - 1e-9).rounded(.up) * step
  }

  /// The scale of this axis between two coordinates.
  func scale(_ domain: ClosedRange<Double>, from start: Double, to end: Double) -> Scale {
    Scale(domain, from: start, to: end, isLogarithmic: isLogarithmic, linearSize: linearSize)
  }

  /// Ends of 1, 2 or 5 times powers of ten around two values.
  private static func roundedPowers(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    func around(_ value: Double) -> [Double] {
      let power = pow(10, log10(value).rounded(.down))
      return [0.5, 1, 2, 5, 10].map { $0 * power }
    }
    let lower = around(low).last { $0 <= low * 1.0001 } ?? low
    let upper = around(high).first { $0 >= high * 0.9999 } ?? high
    return lower < upper ? lower...upper : lower / 2...upper * 2
  }
}
