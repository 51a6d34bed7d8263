import Optimizers
import TestSupport
import Testing

/// Ten steps of each optimizer against its formula in double precision.
@Suite struct OptimizerTests {
  private static let count = 37
  private static let rate = 0.01

  private func check(
    _ optimizer: any Optimizer, formula: (_ w: inout Double, _ g: Double, _ index: Int, _ step: Int) -> Void
  ) {
    var random = TestRandom(1)
    var weights = random.floats(Self.count)
    var wanted = weights.map(Double.init)
    for step in 0..<10 {
      let gradients = random.floats(Self.count)
      optimizer.step(parameters: &weights, gradients: gradients, count: Self.count, learningRate: Self.rate)
      for index in wanted.indices { formula(&wanted[index], Double(gradients[index]), index, step) }
    }
    #expect(relativeDifference(weights, wanted) < 1e-6)
  }

  @Test func plainGradientDescent() throws {
    check(try SGD(count: Self.count, weightDecay: 0.1)) { w, g, _, _ in w -= Self.rate * (g + 0.1 * w) }
  }

  @Test(arguments: [false, true])
  func momentum(nesterov: Bool) throws {
    var velocity = [Double](repeating: 0, count: Self.count)
    check(try SGD(count: Self.count, momentum: 0.9, nesterov: nesterov, weightDecay: 0.01)) { w, g, index, step in
      let g = g + 0.01 * w
      velocity[index] = step == 0 ? g : 0.9 * velocity[index] + g
      w -= Self.rate * (nesterov ? g + 0.9 * velocity[index] : velocity[index])
    }
  }

  @Test func rmsprop() throws {
    var squares = [Double](repeating: 0, count: Self.count)
    check(try RMSprop(count: Self.count, alpha: 0.9, epsilon: 1e-3, weightDecay: 0.01)) { w, g, index, _ in
      let g = g + 0.01 * w
      squares[index] = 0.9 * squares[index] + 0.1 * g * g
      w -= Self.rate * g / (squares[index].squareRoot() + 1e-3)
    }
  }

  @Test func clippingScalesOnlyLongGradients() {
    var gradients: [Float] = [3, 4]
    let norm = GradientClipping.norm(gradients, count: 2)
    #expect(norm == 5)
    GradientClipping.clip(&gradients, count: 2, norm: norm, limit: 10)
    #expect(gradients == [3, 4])
    GradientClipping.clip(&gradients, count: 2, norm: norm, limit: 1)
    #expect((GradientClipping.norm(gradients, count: 2) - 1).magnitude < 1e-6)
    #expect((gradients[1] / gradients[0] - 4.0 / 3).magnitude < 1e-6)
  }
}
