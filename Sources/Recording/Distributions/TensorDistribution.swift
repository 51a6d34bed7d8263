/// The distribution of a tensor's values.
struct TensorDistribution: Sendable {
  /// The role of the tensor.
  enum Kind: String, Sendable, CaseIterable {
    case weight, gradient, update
  }

  /// The shares of values at or below each quantile.
  static let shares = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]
  /// The number of histogram bins, equally wide from the least to the greatest value.
  static let bins = 30

  /// The parameter's name.
  let name: String
  /// Whether these are the parameter's weights, their gradient, or the step's update.
  let kind: Kind
  /// The number of finite values.
  let count: Int
  /// The least and the greatest value.
  let minimum, maximum: Float
  /// The sums of the values and of their squares.
  let sum, sumOfSquares: Double
  /// The sum of squared distances from the mean; computing it from the two sums above could lose it in rounding.
  let sumOfDeviations: Double
  /// The values at `shares`; in large tensors of a regular sample, except the least and the greatest.
  let quantiles: [Float]
  /// The number of values in each histogram bin.
  let counts: [Int]

  /// The mean.
  var mean: Double { sum / Double(count) }

  /// The square root of the mean squared distance from the mean.
  var standardDeviation: Double { (sumOfDeviations / Double(count)).squareRoot() }
}
