/// How the values of a tensor are spread.
struct TensorDistribution: Sendable {
  /// What the tensor is of its parameter.
  enum Kind: String, Sendable, CaseIterable {
    case weight, gradient, update
  }

  /// The shares of values at or below each quantile.
  static let shares = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]
  /// Bins of the histogram, equally wide from the least to the greatest value.
  static let bins = 30

  /// The parameter's name.
  let name: String
  /// Whether these are its weights, their gradient, or what the step added to them.
  let kind: Kind
  /// Values in all; those that are not finite count nowhere.
  let count: Int
  /// The least and the greatest.
  let minimum, maximum: Float
  /// Sums of the values and of their squares.
  let sum, sumOfSquares: Double
  /// Sum of the squared distances from the mean; the two sums above may lose it in rounding.
  let sumOfDeviations: Double
  /// The values at `shares`; of large tensors those of evenly spaced values, the least and the greatest excepted.
  let quantiles: [Float]
  /// How many values each bin of the histogram has.
  let counts: [Int]

  /// The mean.
  var mean: Double { sum / Double(count) }

  /// The square root of the mean squared distance from the mean.
  var standardDeviation: Double { (sumOfDeviations / Double(count)).squareRoot() }
}
