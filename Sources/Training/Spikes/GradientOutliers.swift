import Foundation

/// When the norm of a step's gradient is unusual: at least `factor` times the median of the `window` steps before it, and
/// above that by more than `deviations` median absolute deviations, both taken of the norms' logarithms, since norms spread
/// over orders of magnitude. A norm that is infinite or no number is always unusual.
public struct GradientOutlierRule: Equatable, Sendable {
  /// Steps that a step is compared with.
  public var window = 50
  /// Times the usual norm that an unusual one is at least.
  public var factor = 10.0
  /// Median absolute deviations of the logarithm that it is above the usual one.
  public var deviations = 6.0

  /// The rule as it is stated.
  public init() {}

  /// The places of unusual norms, counted from 0; the first `window` are none, unless they are not finite.
  public func outliers(in norms: [Double]) -> [Int] {
    var before = SortedWindow(size: window)
    var places: [Int] = []
    for (place, norm) in norms.enumerated() {
      let logarithm = log(max(norm, .leastNormalMagnitude))
      if !norm.isFinite {
        places.append(place)
      } else if before.isFull,
        logarithm > before.median + max(log(factor), deviations * before.medianDeviation)
      {
        places.append(place)
      }
      before.append(logarithm)
    }
    return places
  }
}
