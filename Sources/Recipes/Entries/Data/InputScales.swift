import Foundation

/// The means and deviations of the channels or features of arrays, as a recipe takes them.
package struct InputScales {
  /// The most channels that each get a number of their own. More are hardly columns of different units, and no line to paste.
  private static let mostListed = 64

  private let means, deviations: [Double]

  /// Those to normalize by; nil if no channel varies. One that never varies is only shifted.
  init?(means: [Double], deviations: [Double]) {
    guard deviations.contains(where: { $0 > 0 }), means.allSatisfy(\.isFinite), deviations.allSatisfy(\.isFinite) else {
      return nil
    }
    guard means.count > InputScales.mostListed else {
      self.means = means
      self.deviations = deviations.map { $0 > 0 ? $0 : 1 }
      return
    }
    let common = InputScales.common(means: means, deviations: deviations)
    (self.means, self.deviations) = ([common.mean], [common.deviation])
  }

  /// The mean and the deviation of the numbers of all channels, each of which has as many.
  package static func common(means: [Double], deviations: [Double]) -> (mean: Double, deviation: Double) {
    let count = Double(means.count)
    let mean = means.reduce(0, +) / count
    let variance = zip(means, deviations).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) + $1.1 * $1.1 } / count
    return (mean, variance.squareRoot())
  }

  /// The keys `mean` and `std` with their values.
  var text: String {
    let means = zip(means, deviations).map { mean, deviation in
      // A mean far larger than its deviation needs more digits.
      let digits = mean == 0 ? 0 : Int(min(9, (mean.magnitude / deviation).logarithm)) + 4
      return String(format: "%.\(min(9, max(4, digits)))g", mean)
    }
    return "mean: \(list(means)), std: \(list(deviations.map(\.fourDigits)))"
  }

  private func list(_ texts: [String]) -> String {
    texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
  }
}

extension Double {
  /// The decimal logarithm, at least 0.
  fileprivate var logarithm: Double { self > 1 ? log10(self) : 0 }
}
