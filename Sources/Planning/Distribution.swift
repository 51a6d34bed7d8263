import Foundation

/// The distribution of a measured time: the means of equal shares of all samples, the shortest first.
public struct Distribution: Equatable, Sendable {
  /// The mean of each share, ascending.
  public let shares: [Double]

  /// The distribution of at least one sample in `count` shares.
  public init(samples: [Double], shares count: Int = 20) {
    precondition(!samples.isEmpty && count > 0, "a distribution is of at least one sample")
    let sorted = samples.sorted()
    let width = Double(sorted.count) / Double(count)
    var shares: [Double] = []
    for share in 0..<count {
      let (low, high) = (Double(share) * width, Double(share + 1) * width)
      // Differences from the first make the mean of equal samples exact. A sample at an edge is divided between shares.
      let first = sorted[min(Int(low), sorted.count - 1)]
      let rest = (Int(low)..<sorted.count).prefix { Double($0) < high }.reduce(0.0) { sum, place in
        sum + (sorted[place] - first) * (min(high, Double(place + 1)) - max(low, Double(place)))
      }
      shares.append(max(first + rest / width, shares.last ?? 0))
    }
    self.shares = shares
  }

  /// A distribution of known shares: at least one, ascending.
  public init(shares: [Double]) {
    precondition(!shares.isEmpty && zip(shares, shares.dropFirst()).allSatisfy { $0 <= $1 }, "shares ascend")
    self.shares = shares
  }

  /// The mean of all samples.
  public var mean: Double { expectedMaximum(of: 1) }

  /// The expected maximum of `count` independent values, such as a step's time that waits for the slowest of n machines.
  /// The i-th of m shares contains it with a probability of (i/m)ⁿ − ((i − 1)/m)ⁿ.
  public func expectedMaximum(of count: Int) -> Double {
    precondition(count > 0, "the greatest is of at least one value")
    func below(_ place: Int) -> Double { pow(Double(place) / Double(shares.count), Double(count)) }
    return shares.indices.reduce(shares[0]) { sum, place in
      sum + (shares[place] - shares[0]) * (below(place + 1) - below(place))
    }
  }

  /// All times multiplied by a factor that is not negative.
  public func scaled(by factor: Double) -> Distribution { Distribution(shares: shares.map { $0 * factor }) }
}
