import Foundation

/// The recurrent cells and the affine map in double precision, written straight from their formulas, batch-first.
struct DoubleRecurrence {
  enum Cell { case lstm, tanh, relu }

  let cell: Cell
  let steps, inputs, hidden: Int
  var gates: Int { cell == .lstm ? 4 : 1 }
  /// Counts of weight_ih, weight_hh, bias_ih, bias_hh, in this order.
  var sizes: [Int] { [gates * hidden * inputs, gates * hidden * hidden, gates * hidden, gates * hidden] }

  /// Hidden states after all steps, [samples, steps, hidden], for flat parameters in the order of `sizes`.
  func outputs(_ x: [Double], parameters: [Double]) -> [Double] {
    let samples = x.count / (steps * inputs)
    var starts = [0]
    for size in sizes { starts.append(starts[starts.count - 1] + size) }
    var result: [Double] = []
    for sample in 0..<samples {
      var h = [Double](repeating: 0, count: hidden)
      var c = h
      for step in 0..<steps {
        let row = (sample * steps + step) * inputs
        let pre = (0..<gates * hidden).map { unit in
          var sum = parameters[starts[2] + unit] + parameters[starts[3] + unit]
          for k in 0..<inputs { sum += parameters[starts[0] + unit * inputs + k] * x[row + k] }
          for k in 0..<hidden { sum += parameters[starts[1] + unit * hidden + k] * h[k] }
          return sum
        }
        switch cell {
        case .tanh: h = pre.map { Foundation.tanh($0) }
        case .relu: h = pre.map { max(0, $0) }
        case .lstm:
          func sigmoid(_ v: Double) -> Double { 1 / (1 + exp(-v)) }
          for unit in 0..<hidden {
            let (i, f) = (sigmoid(pre[unit]), sigmoid(pre[hidden + unit]))
            let (g, o) = (Foundation.tanh(pre[2 * hidden + unit]), sigmoid(pre[3 * hidden + unit]))
            c[unit] = f * c[unit] + i * g
            h[unit] = o * Foundation.tanh(c[unit])
          }
        }
        result += h
      }
    }
    return result
  }
}

/// y = x · Wᵀ + b for flat parameters W, b.
func doubleLinear(_ x: [Double], parameters: [Double], inputs: Int, outputs: Int) -> [Double] {
  (0..<x.count / inputs).flatMap { row in
    (0..<outputs).map { output in
      (0..<inputs).reduce(parameters[inputs * outputs + output]) {
        $0 + parameters[output * inputs + $1] * x[row * inputs + $1]
      }
    }
  }
}
