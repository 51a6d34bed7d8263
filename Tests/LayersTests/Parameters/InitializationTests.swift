import Layers
import Tensors
import Testing

@Suite struct InitializationTests {
  static let shape = [40, 25, 3, 3]

  private func moments(_ values: [Float]) -> (mean: Double, deviation: Double, largest: Double) {
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
    return (mean, variance.squareRoot(), values.map { Double($0.magnitude) }.max() ?? 0)
  }

  /// The fans of the shape [40, 25, 3, 3] are 225 and 360; with 9,000 values the deviation is within 4 %.
  @Test(
    arguments: [
      (Initialization.uniform(bound: 0.5), 0.5 / 3.0.squareRoot(), 0.5), (.normal(mean: 0, deviation: 2), 2, nil),
      (.xavierUniform(gain: 2), 2 * (2 / 585.0).squareRoot(), 2 * (6 / 585.0).squareRoot()),
      (.xavierNormal(gain: 1), (2 / 585.0).squareRoot(), nil),
      (
        .kaimingUniform(fan: .fanIn, gain: Initialization.reluGain), (2 / 225.0).squareRoot(),
        (6 / 225.0).squareRoot()
      ),
      (.kaimingNormal(fan: .fanOut, gain: Initialization.reluGain), (2 / 360.0).squareRoot(), nil),
    ] as [(Initialization, Double, Double?)])
  func momentsAreThoseOfTheDistribution(kind: Initialization, deviation: Double, bound: Double?) {
    let drawn = moments(kind.values(shape: Self.shape, seed: 1, index: 3))
    #expect(drawn.mean.magnitude < 4 * deviation / 9000.0.squareRoot())
    #expect((drawn.deviation / deviation - 1).magnitude < 0.04)
    if let bound {
      #expect(drawn.largest <= bound * 1.000001 && drawn.largest > bound * 0.99)
    } else {
      #expect(drawn.largest > 3 * deviation && drawn.largest < 6 * deviation)
    }
  }

  @Test func normalNumbersFollowTheDistributionFunction() {
    let values = Initialization.normal(mean: 1, deviation: 1).values(shape: [20000], seed: 2, index: 0)
    // Φ(−1), Φ(0), Φ(1), Φ(2) around the mean 1.
    for (limit, share) in [(Float(0), 0.1587), (1, 0.5), (2, 0.8413), (3, 0.9772)] {
      #expect((Double(values.filter { $0 < limit }.count) / 20000 - share).magnitude < 0.012)
    }
  }

  @Test func valuesAreAFunctionOfSeedIndexAndElement() {
    let kind = Initialization.normal(mean: 0, deviation: 1)
    let values = kind.values(shape: [100], seed: 1, index: 0)
    #expect(kind.values(shape: [50], seed: 1, index: 0) == Array(values[..<50]))
    #expect(kind.values(shape: [100], seed: 2, index: 0) != values)
    #expect(kind.values(shape: [100], seed: 1, index: 1) != values)
  }

  @Test func constantsAreConstant() {
    #expect(Initialization.constant(0.25).values(shape: [2, 3], seed: 1, index: 0) == Array(repeating: 0.25, count: 6))
  }

  @Test(arguments: [[7, 7], [19, 5], [5, 19], [6, 2, 3, 3], [1, 4]])
  func orthogonalMatricesAreOrthogonal(shape: [Int]) {
    let values = Initialization.orthogonal(gain: 2).values(shape: shape, seed: 1, index: 0).map(Double.init)
    let (rows, columns) = (shape[0], values.count / shape[0])
    // The rows or columns, whichever are fewer, are orthogonal and have length 2.
    let vectors =
      rows <= columns
      ? (0..<rows).map { row in (0..<columns).map { values[row * columns + $0] } }
      : (0..<columns).map { column in (0..<rows).map { values[$0 * columns + column] } }
    for (i, a) in vectors.enumerated() {
      for (j, b) in vectors.enumerated() {
        let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        #expect((product - (i == j ? 4 : 0)).magnitude < 1e-6)
      }
    }
  }
}
