import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// The formulas of `docs/theory.md` on the gated recurrence, homework 1.2 (c) and (d), except that of ∂ℓ/∂W_x.
///
/// As there, γ[t] is the whole gradient of h[t], c the gate, u = W_x x the candidate; without biases.
@Suite struct GatedTheoryTests {
  private static let (steps, inputs, hidden) = (4, 2, 3)

  /// Weights, inputs and states in double precision.
  private struct Recurrence {
    let x, h, c, u: [[Double]]
    let wc, wx, wh: [[Double]]

    init(x: [Float], wc: [Float], wx: [Float], wh: [Float]) {
      func rows(_ values: [Float], of length: Int) -> [[Double]] {
        stride(from: 0, to: values.count, by: length).map { values[$0..<$0 + length].map(Double.init) }
      }
      (self.x, self.wc, self.wx) = (rows(x, of: inputs), rows(wc, of: inputs), rows(wx, of: inputs))
      self.wh = rows(wh, of: hidden)
      var (h, c, u) = ([[Double](repeating: 0, count: hidden)], [[Double]](), [[Double]]())
      for t in 0..<steps {
        let last = h[t]
        let candidate = times(self.wx, self.x[t])
        let gate = zip(times(self.wc, self.x[t]), times(self.wh, last)).map { 1 / (1 + exp(-$0 - $1)) }
        (u, c) = (u + [candidate], c + [gate])
        h.append((0..<hidden).map { gate[$0] * last[$0] + (1 - gate[$0]) * candidate[$0] })
      }
      (self.h, self.c, self.u) = (h, c, u)
    }

    /// (h − u) ⊙ c ⊙ (1 − c), by which a change of the gate's argument changes unit `i` of the state.
    func slope(_ t: Int, _ i: Int) -> Double {
      let gate = c[t][i]
      return (h[t][i] - u[t][i]) * gate * (1 - gate)
    }

    /// ∂h[t+1]/∂h[t], counting steps from 0: diag(c) + diag((h − u) ⊙ c ⊙ (1 − c)) W_h.
    func jacobian(_ t: Int) -> [[Double]] {
      (0..<hidden).map { i in
        (0..<hidden).map { j in slope(t, i) * wh[i][j] + (i == j ? c[t][i] : 0) }
      }
    }

    /// γ ⊙ (h − u) ⊙ c ⊙ (1 − c), the gradient of the gate's argument.
    func gateGradient(_ total: [Double], _ t: Int) -> [Double] {
      (0..<hidden).map { total[$0] * slope(t, $0) }
    }

    /// α W_c + (γ ⊙ (1 − c)) W_x.
    func inputGradient(_ total: [Double], _ t: Int) -> [Double] {
      let candidate = (0..<hidden).map { total[$0] * (1 - c[t][$0]) }
      return zip(row(gateGradient(total, t), wc), row(candidate, wx)).map { $0 + $1 }
    }
  }

  private func run(_ output: RecurrentOutput, _ upstream: [Float]) throws -> (LayerRun, Recurrence) {
    var random = TestRandom(21)
    let x = random.floats(Self.steps * Self.inputs)
    let (wc, wx) = (random.floats(Self.hidden * Self.inputs), random.floats(Self.hidden * Self.inputs))
    let wh = random.floats(Self.hidden * Self.hidden, scale: 2)
    let shape = Shape.sequence(steps: Self.steps, features: Self.inputs)
    let run = try LayerRun(
      GatedRNN(input: shape, hiddenSize: Self.hidden, bias: false, output: output), inputShape: shape, inputs: x,
      parameters: ["weight_c_l0": wc, "weight_x_l0": wx, "weight_h_l0": wh], upstream: upstream)
    return (run, Recurrence(x: x, wc: wc, wx: wx, wh: wh))
  }

  @Test func theGradientsOfGateAndInputsHaveTheirClosedForms() throws {
    var random = TestRandom(22)
    let upstream = random.floats(Self.steps * Self.hidden)
    let (run, own) = try run(.all, upstream)
    var total = [Double](repeating: 0, count: Self.hidden)
    var (wc, wh) = ([Double](repeating: 0, count: run.gradients["weight_c_l0"]?.count ?? 0), [Double]())
    wh = [Double](repeating: 0, count: Self.hidden * Self.hidden)
    var inputs: [Double] = []
    for t in (0..<Self.steps).reversed() {
      // γ[t] = d[t] + γ[t+1] J[t+1]
      let later = t + 1 < Self.steps ? row(total, own.jacobian(t + 1)) : total
      total = (0..<Self.hidden).map { Double(upstream[t * Self.hidden + $0]) + later[$0] }
      let gate = own.gateGradient(total, t)
      for i in 0..<Self.hidden {
        for k in 0..<Self.inputs { wc[i * Self.inputs + k] += gate[i] * own.x[t][k] }
        for j in 0..<Self.hidden { wh[i * Self.hidden + j] += gate[i] * own.h[t][j] }
      }
      inputs = own.inputGradient(total, t) + inputs
    }
    #expect(relativeDifference(run.gradients["weight_c_l0"] ?? [], wc) < 1e-6)
    #expect(relativeDifference(run.gradients["weight_h_l0"] ?? [], wh) < 1e-6)
    #expect(relativeDifference(run.inputGradient, inputs) < 1e-6)
  }

  @Test func theGradientOfAnEarlyStateIsAProductOfJacobians() throws {
    let upstream: [Float] = [0.5, -1, 2]
    let (run, own) = try run(.last, upstream)
    let total = (1..<Self.steps).reversed().reduce(upstream.map(Double.init)) { row($0, own.jacobian($1)) }
    let first = run.inputGradient.prefix(Self.inputs)
    #expect(relativeDifference(Array(first), own.inputGradient(total, 0)) < 1e-6)
  }

  /// One unit whose gate is at 1/2 in every step: J = 1/2.
  @Test func halfOpenGatesHalveTheGradientAtEveryStep() throws {
    let steps = 100
    let shape = Shape.sequence(steps: steps, features: 1)
    let run = try LayerRun(
      GatedRNN(input: shape, hiddenSize: 1, bias: false, output: .last), inputShape: shape,
      inputs: Array(repeating: 1, count: steps),
      parameters: ["weight_c_l0": [0], "weight_x_l0": [1], "weight_h_l0": [0]], upstream: [1])
    for t in 1...steps {
      #expect(run.inputGradient[t - 1] == Float(sign: .plus, exponent: t - steps - 1, significand: 1))
    }
  }

  /// One unit, W_h = 1, h[t−1] − u[t] = d and a gate at 1/2 in every step: J = 1/2 + d · 1/2 · 1/2 · W_h, which is 1 at
  /// d = 2, and 3/2 at d = 4.
  @Test(arguments: [16, 100], [1.0, 2, 4])
  func aStateFarFromItsCandidateLetsTheGradientExplode(steps: Int, distance: Double) throws {
    let shape = Shape.sequence(steps: steps, features: 2)
    // h[t] = −td/2; the candidate is h[t−1] − d, and the second input cancels W_h h[t−1] in the gate's argument.
    let inputs = (0..<steps).flatMap { t -> [Float] in
      let state = -Double(t) * distance / 2
      return [Float(state - distance), Float(-state)]
    }
    let run = try LayerRun(
      GatedRNN(input: shape, hiddenSize: 1, bias: false, output: .last), inputShape: shape, inputs: inputs,
      parameters: ["weight_c_l0": [0, 1], "weight_x_l0": [1, 0], "weight_h_l0": [1]], upstream: [1])
    #expect(run.outputs == [Float(-Double(steps) * distance / 2)])
    let wanted = 0.5 * pow(0.5 + distance / 4, Double(steps - 1))
    #expect((Double(run.inputGradient[0]) / wanted - 1).magnitude < (steps == 16 ? 1e-12 : 1e-5))
  }
}

/// A matrix times a column.
private func times(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
  matrix.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
}

/// A row times a matrix.
private func row(_ vector: [Double], _ matrix: [[Double]]) -> [Double] {
  matrix[0].indices.map { j in vector.indices.reduce(0) { $0 + vector[$1] * matrix[$1][j] } }
}
