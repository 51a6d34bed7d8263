import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct GatedRNNTests {
  /// Homework 1.2 (c), with γ[t] the whole gradient of h[t] and ∂ℓ/∂h[t] its share from above:
  ///
  ///     a[t] = γ[t] ⊙ (h[t−1] − W_x x[t]) ⊙ c[t] ⊙ (1 − c[t])         the gradient of the gate's argument
  ///     γ[t−1] = ∂ℓ/∂h[t−1] + γ[t] ⊙ c[t] + W_hᵀ a[t]
  ///     ∂ℓ/∂W_x = Σ_t (γ[t] ⊙ (1 − c[t])) x[t]ᵀ                       [hiddenSize, inputs]
  @Test func gradientOfTheInputWeightsHasTheClosedFormOfHomework12c() throws {
    let (steps, inputs, hidden) = (3, 2, 3)
    var random = TestRandom(12)
    let x = random.floats(steps * inputs)
    let (wc, wx) = (random.floats(hidden * inputs), random.floats(hidden * inputs))
    let wh = random.floats(hidden * hidden)
    let upstream = random.floats(steps * hidden)
    let shape = Shape.sequence(steps: steps, features: inputs)
    let run = try LayerRun(
      GatedRNN(input: shape, hiddenSize: hidden, bias: false, output: .all), inputShape: shape, inputs: x,
      parameters: ["weight_c_l0": wc, "weight_x_l0": wx, "weight_h_l0": wh], upstream: upstream)

    func product(_ matrix: [Float], row: Int, _ vector: [Double]) -> Double {
      vector.indices.reduce(0) { $0 + Double(matrix[row * vector.count + $1]) * vector[$1] }
    }
    let rows = (0..<steps).map { t in x[t * inputs..<(t + 1) * inputs].map(Double.init) }
    var h = [[Double](repeating: 0, count: hidden)]
    var c: [[Double]] = []
    for t in 0..<steps {
      c.append((0..<hidden).map { 1 / (1 + exp(-product(wc, row: $0, rows[t]) - product(wh, row: $0, h[t]))) })
      h.append((0..<hidden).map { c[t][$0] * h[t][$0] + (1 - c[t][$0]) * product(wx, row: $0, rows[t]) })
    }
    #expect(relativeDifference(run.outputs, h.dropFirst().flatMap { $0 }) < 1e-6)

    var wanted = [Double](repeating: 0, count: hidden * inputs)
    var later = [Double](repeating: 0, count: hidden)
    for t in (0..<steps).reversed() {
      let total = (0..<hidden).map { Double(upstream[t * hidden + $0]) + later[$0] }
      let a = (0..<hidden).map { i in
        total[i] * (h[t][i] - product(wx, row: i, rows[t])) * c[t][i] * (1 - c[t][i])
      }
      for i in 0..<hidden {
        for k in 0..<inputs { wanted[i * inputs + k] += total[i] * (1 - c[t][i]) * rows[t][k] }
      }
      later = (0..<hidden).map { j in
        (0..<hidden).reduce(total[j] * c[t][j]) { $0 + Double(wh[$1 * hidden + j]) * a[$1] }
      }
    }
    #expect(run.gradients["weight_x_l0"]?.count == hidden * inputs)
    #expect(relativeDifference(run.gradients["weight_x_l0"] ?? [], wanted) < 1e-6)
  }

  /// Part (d): along c the gradient of a state passes from step to step unchanged, however long the sequence is.
  @Test func aClosedGateCarriesTheGradientUnchanged() throws {
    let steps = 100
    let shape = Shape.sequence(steps: steps, features: 1)
    let run = try LayerRun(
      GatedRNN(input: shape, hiddenSize: 1, output: .last), inputShape: shape,
      inputs: [1] + Array(repeating: 0, count: steps - 1),
      parameters: [
        "weight_c_l0": [-200], "weight_x_l0": [0.5], "weight_h_l0": [0], "bias_c_l0": [100], "bias_x_l0": [0],
      ], upstream: [1])
    #expect(run.outputs == [0.5])
    #expect(run.gradients["weight_x_l0"] == [1])
  }
}
