import Layers
import Tensors
import TestSupport
import Testing

@Suite struct LinearTests {
  /// Wide and narrow sizes, so that both orientations of the weight gradient are tested; vectors and sequences.
  @Test(arguments: [(3, 5), (40, 4), (4, 40), (17, 33)], [1, 3])
  func agreesWithFiniteDifferences(size: (inputs: Int, outputs: Int), steps: Int) throws {
    let samples = 5
    var random = TestRandom(7)
    let shape =
      steps == 1 ? Shape.vector(size.inputs) : Shape.sequence(steps: steps, features: size.inputs)
    let x = random.floats(samples * steps * size.inputs)
    let weight = random.floats(size.inputs * size.outputs)
    let bias = random.floats(size.outputs)
    let upstream = random.floats(samples * steps * size.outputs)
    func outputs(_ point: [Double]) -> [Double] {
      doubleLinear(
        Array(point[..<x.count]), parameters: Array(point[x.count...]), inputs: size.inputs, outputs: size.outputs)
    }
    let point = (x + weight + bias).map(Double.init)
    let wanted = finiteDifferences(at: point) { point in
      zip(outputs(point), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    for shards in [1, 2, 5] {
      let run = try LayerRun(
        Linear(input: shape, outputs: size.outputs), inputShape: shape, inputs: x,
        parameters: ["weight": weight, "bias": bias], upstream: upstream, shards: shards)
      #expect(relativeDifference(run.outputs, outputs(point)) < 1e-6)
      let gradients = run.inputGradient + (run.gradients["weight"] ?? []) + (run.gradients["bias"] ?? [])
      #expect(relativeDifference(gradients, wanted) < 2e-6)
    }
  }
}

/// y = x · Wᵀ + b for flat parameters W, b.
private func doubleLinear(_ x: [Double], parameters: [Double], inputs: Int, outputs: Int) -> [Double] {
  (0..<x.count / inputs).flatMap { row in
    (0..<outputs).map { output in
      (0..<inputs).reduce(parameters[inputs * outputs + output]) {
        $0 + parameters[output * inputs + $1] * x[row * inputs + $1]
      }
    }
  }
}
