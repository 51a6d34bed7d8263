import Foundation
import Layers

/// The recurrent layers in double precision, written straight from their formulas, batch-first.
struct DoubleRecurrence {
  let kind: RecurrentCase
  let steps, inputs, hidden: Int
  /// The number of valid steps of each sample; nil if all are valid.
  var lengths: [Int32]?
  /// The initial hidden state of each sample; zero if empty.
  var initial: [[Double]] = []
  /// Values added to the hidden state after each step, step by step in each sample, of every level and direction; none if
  /// empty.
  var nudges: [Double] = []

  private var directions: Int { kind.isBidirectional ? 2 : 1 }
  private var gates: Int {
    switch kind.cell {
    case .lstm: 4
    case .gru: 3
    case .tanh, .relu: 1
    case .gated: 2
    }
  }

  /// The outputs that the layer shows, for all parameters in its order.
  func outputs(_ x: [Double], parameters: [Double]) -> [Double] {
    let samples = x.count / (steps * inputs)
    return (0..<samples).flatMap { sample in
      let valid = lengths.map { Int($0[sample]) } ?? steps
      var rows = (0..<steps).map { Array(x[((sample * steps + $0) * inputs)..<((sample * steps + $0 + 1) * inputs)]) }
      var last: [Double] = []
      var rest = parameters[...]
      for _ in 0..<kind.layers {
        var states = [[Double]](repeating: [], count: steps)
        last = []
        for direction in 0..<directions {
          let cell = cut(&rest, inputs: rows[0].count)
          let zero = [Double](repeating: 0, count: hidden)
          var state = (h: initial.isEmpty ? zero : initial[sample], c: zero)
          let order = Array(0..<valid)
          var own = [[Double]](repeating: zero, count: steps)
          for step in direction == 0 ? order : order.reversed() {
            state = next(rows[step], state, cell)
            if !nudges.isEmpty {
              for unit in 0..<hidden { state.h[unit] += nudges[(sample * steps + step) * hidden + unit] }
            }
            own[step] = state.h
          }
          for step in 0..<steps { states[step] += own[step] }
          last += state.h
        }
        rows = states
      }
      return kind.output == .last ? last : rows.flatMap { $0 }
    }
  }

  private func cut(_ rest: inout ArraySlice<Double>, inputs: Int) -> [[Double]] {
    let sizes =
      kind.cell == .gated
      ? [hidden * inputs, hidden * inputs, hidden * hidden, hidden, hidden]
      : [gates * hidden * inputs, gates * hidden * hidden, gates * hidden, gates * hidden]
    return sizes.map { size in
      defer { rest = rest.dropFirst(size) }
      return Array(rest.prefix(size))
    }
  }

  private func next(
    _ x: [Double], _ state: (h: [Double], c: [Double]), _ weights: [[Double]]
  ) -> (h: [Double], c: [Double]) {
    func sigmoid(_ v: Double) -> Double { 1 / (1 + exp(-v)) }
    func product(_ matrix: [Double], _ vector: [Double], _ row: Int) -> Double {
      vector.indices.reduce(0) { $0 + matrix[row * vector.count + $1] * vector[$1] }
    }
    if kind.cell == .gated {
      let h = (0..<hidden).map { unit in
        let c = sigmoid(product(weights[0], x, unit) + weights[3][unit] + product(weights[2], state.h, unit))
        return c * state.h[unit] + (1 - c) * (product(weights[1], x, unit) + weights[4][unit])
      }
      return (h, state.c)
    }
    let fromInput = (0..<gates * hidden).map { product(weights[0], x, $0) + weights[2][$0] }
    let fromState = (0..<gates * hidden).map { product(weights[1], state.h, $0) + weights[3][$0] }
    func sum(_ gate: Int, _ unit: Int) -> Double { fromInput[gate * hidden + unit] + fromState[gate * hidden + unit] }
    var (h, c) = state
    for unit in 0..<hidden {
      switch kind.cell {
      case .lstm:
        c[unit] = sigmoid(sum(1, unit)) * c[unit] + sigmoid(sum(0, unit)) * Foundation.tanh(sum(2, unit))
        h[unit] = sigmoid(sum(3, unit)) * Foundation.tanh(c[unit])
      case .gru:
        let at = 2 * hidden + unit
        let n = Foundation.tanh(fromInput[at] + sigmoid(sum(0, unit)) * fromState[at])
        let z = sigmoid(sum(1, unit))
        h[unit] = (1 - z) * n + z * h[unit]
      case .tanh: h[unit] = Foundation.tanh(sum(0, unit))
      case .relu: h[unit] = max(0, sum(0, unit))
      case .gated: break
      }
    }
    return (h, c)
  }
}
