import Optimizers
import TestSupport
import Testing

/// Ten steps of each optimizer against its formula in double precision.
@Suite struct OptimizerTests {
  private static let rate = 0.01

  /// `formula` changes one parameter of three by its gradient; `part` is the range of its values.
  private func check(
    _ optimizer: any Optimizer,
    formula: (_ w: inout [Double], _ g: [Double], _ part: Range<Int>, _ step: Int) -> Void
  ) {
    var random = TestRandom(1)
    var weights = padded(random.floats(37))
    var wanted = weights.map(Double.init)
    for step in 1...10 {
      let gradients = padded(random.floats(37))
      optimizer.step(parameters: &weights, gradients: gradients, learningRate: Self.rate)
      for part in segments { formula(&wanted, gradients.map(Double.init), part, step) }
      #expect(relativeDifference(weights, wanted) < 5e-7, "step \(step)")
    }
  }

  @Test(arguments: [false, true])
  func momentum(nesterov: Bool) throws {
    var velocity = [Double](repeating: 0, count: paddedCount)
    check(try SGD(count: paddedCount, momentum: 0.9, nesterov: nesterov, weightDecay: 0.01)) { w, g, part, step in
      for i in part {
        let g = g[i] + 0.01 * w[i]
        velocity[i] = step == 1 ? g : 0.9 * velocity[i] + g
        w[i] -= Self.rate * (nesterov ? g + 0.9 * velocity[i] : velocity[i])
      }
    }
  }

  /// By Cauchy and Schwarz, m² ≤ Σ(1 − β₁)²β₁²ⁱ/((1 − β₂)β₂ⁱ) · v: a step moves no weight by more than the rate times
  /// (1 − β₁)/√((1 − β₂)(1 − β₁²/β₂)), for any gradient. That is 10 for RMSprop with its defaults (β₁ = 0), which a single
  /// gradient reaches, 7.3 for Adam with its defaults, and 1 for equal decays.
  @Test func noStepIsLongerThanTheDecaysAllow() throws {
    func longest(_ optimizer: any Optimizer) -> Double {
      var weights = padded([Float](repeating: 0, count: 37))
      var random = TestRandom(7)
      var longest: Float = 0
      for step in 1...2000 {
        let size: Float = step.isMultiple(of: 500) ? 1000 : 1e-3
        let before = weights
        let gradients = padded(random.floats(37).map { $0 * size })
        optimizer.step(parameters: &weights, gradients: gradients, learningRate: Self.rate)
        longest = max(longest, zip(weights, before).map { ($0 - $1).magnitude }.max() ?? 0)
      }
      return Double(longest) / Self.rate
    }
    for (beta1, beta2) in [(0.9, 0.999), (0.98, 0.99), (0.98, 0.98), (0.5, 0.5)] {
      let bound = (1 - beta1) / ((1 - beta2) * (1 - beta1 * beta1 / beta2)).squareRoot()
      let found = longest(try AdamW(count: paddedCount, beta1: beta1, beta2: beta2, epsilon: 1e-8, weightDecay: 0))
      #expect(found < bound * 1.001, "\(beta1), \(beta2)")
    }
    let found = longest(try RMSprop(count: paddedCount))
    #expect(found > 9.9 && found < 10.001)
  }

  @Test func rmsprop() throws {
    var (squares, means, velocity) = (zeros, zeros, zeros)
    check(
      try RMSprop(
        count: paddedCount, alpha: 0.9, epsilon: 1e-3, weightDecay: 0.01, momentum: 0.8, centered: true)
    ) { w, g, part, _ in
      for i in part {
        let g = g[i] + 0.01 * w[i]
        squares[i] = 0.9 * squares[i] + 0.1 * g * g
        means[i] = 0.9 * means[i] + 0.1 * g
        velocity[i] = 0.8 * velocity[i] + g / ((squares[i] - means[i] * means[i]).squareRoot() + 1e-3)
        w[i] -= Self.rate * velocity[i]
      }
    }
  }

  @Test(arguments: [false, true])
  func adam(decoupled: Bool) throws {
    var (means, squares) = (zeros, zeros)
    check(
      decoupled
        ? try AdamW(count: paddedCount, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1)
        : try Adam(count: paddedCount, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1)
    ) { w, g, part, step in
      for i in part {
        let g = g[i] + (decoupled ? 0 : 0.1 * w[i])
        if decoupled { w[i] -= Self.rate * 0.1 * w[i] }
        means[i] = 0.8 * means[i] + 0.2 * g
        squares[i] = 0.95 * squares[i] + 0.05 * g * g
        w[i] -= Self.rate * corrected(means[i], 0.8, step) / (corrected(squares[i], 0.95, step).squareRoot() + 1e-3)
      }
    }
  }

  @Test func lamb() throws {
    var (means, squares) = (zeros, zeros)
    check(
      try LAMB(
        count: paddedCount, segments: segments, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1)
    ) { w, g, part, step in
      var direction = zeros
      for i in part {
        means[i] = 0.8 * means[i] + 0.2 * g[i]
        squares[i] = 0.95 * squares[i] + 0.05 * g[i] * g[i]
        direction[i] = corrected(means[i], 0.8, step) / (corrected(squares[i], 0.95, step).squareRoot() + 1e-3)
        direction[i] += 0.1 * w[i]
      }
      let ratio = norm(w[part]) / norm(direction[part])
      for i in part { w[i] -= Self.rate * ratio * direction[i] }
    }
  }

  @Test func lars() throws {
    var velocity = zeros
    check(
      try LARS(count: paddedCount, segments: segments, trustCoefficient: 0.02, momentum: 0.8, weightDecay: 0.1)
    ) { w, g, part, _ in
      let local = 0.02 * norm(w[part]) / (norm(g[part]) + 0.1 * norm(w[part]))
      for i in part {
        velocity[i] = 0.8 * velocity[i] + Self.rate * local * (g[i] + 0.1 * w[i])
        w[i] -= velocity[i]
      }
    }
  }

  /// The second parameter is an excluded bias.
  @Test func larsAndLambExcludeParameters() throws {
    var velocity = zeros
    check(
      try LARS(
        count: paddedCount, segments: segments, trustCoefficient: 0.02, momentum: 0.8, weightDecay: 0.1, excluded: [1])
    ) { w, g, part, _ in
      let isExcluded = part == segments[1]
      let decay = isExcluded ? 0 : 0.1
      let local = isExcluded ? 1 : 0.02 * norm(w[part]) / (norm(g[part]) + 0.1 * norm(w[part]))
      for i in part {
        velocity[i] = 0.8 * velocity[i] + Self.rate * local * (g[i] + decay * w[i])
        w[i] -= velocity[i]
      }
    }
    var (means, squares) = (zeros, zeros)
    check(
      try LAMB(
        count: paddedCount, segments: segments, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1, excluded: [1])
    ) { w, g, part, step in
      let isExcluded = part == segments[1]
      var direction = zeros
      for i in part {
        means[i] = 0.8 * means[i] + 0.2 * g[i]
        squares[i] = 0.95 * squares[i] + 0.05 * g[i] * g[i]
        direction[i] = corrected(means[i], 0.8, step) / (corrected(squares[i], 0.95, step).squareRoot() + 1e-3)
        direction[i] += isExcluded ? 0 : 0.1 * w[i]
      }
      let ratio = isExcluded ? 1 : norm(w[part]) / norm(direction[part])
      for i in part { w[i] -= Self.rate * ratio * direction[i] }
    }
  }

  /// A parameter of zeros, or a gradient of zeros, has no norm for the ratio.
  @Test func parametersAndGradientsOfZeroHaveATrustRatioOf1() throws {
    let lars = try LARS(count: 32, segments: [0..<3, 16..<19], momentum: 0, weightDecay: 0.5)
    var weights: [Float] = Array(repeating: 0, count: 32)
    weights[16] = 2
    var gradients: [Float] = Array(repeating: 0, count: 32)
    gradients[1] = 4
    lars.step(parameters: &weights, gradients: gradients, learningRate: 0.25)
    #expect(weights[1] == -1)
    #expect(weights[16] == 1.75)

    let lamb = try LAMB(count: 32, segments: [0..<3, 16..<19], epsilon: 1e-8, weightDecay: 0)
    weights = Array(repeating: 0, count: 32)
    weights[16] = 2
    lamb.step(parameters: &weights, gradients: gradients, learningRate: 0.25)
    #expect((weights[1] + 0.25).magnitude < 1e-6)
    #expect(weights[16] == 2)
  }

  /// With a constant gradient, the variance of centered RMSprop is zero up to rounding.
  @Test func aVarianceThatRoundingMakesNegativeCountsAsZero() throws {
    let rmsprop = try RMSprop(count: 37, alpha: 0.5, epsilon: 1, centered: true)
    var random = TestRandom(3)
    let gradients = random.floats(37)
    var weights = random.floats(37)
    for _ in 0..<200 { rmsprop.step(parameters: &weights, gradients: gradients, learningRate: 0.1) }
    #expect(weights.allSatisfy { $0.isFinite })
  }

  private var zeros: [Double] { [Double](repeating: 0, count: paddedCount) }

  private func corrected(_ mean: Double, _ beta: Double, _ step: Int) -> Double {
    mean / (1 - (0..<step).reduce(1) { power, _ in power * beta })
  }

  private func norm(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
