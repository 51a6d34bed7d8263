import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct AttentionPoolTests {
  /// The layer in double precision: the mean of rows [steps][features]; `hidden` has W row by row, and behind it b.
  private func mean(_ x: ArraySlice<Double>, features: Int, hidden: [Double], query: [Double]) -> [Double] {
    let rows = stride(from: x.startIndex, to: x.endIndex, by: features).map { Array(x[$0..<$0 + features]) }
    func product(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let units = hidden.count / (features + 1)
    let scores = rows.map { row in
      units == 0
        ? product(query, row)
        : product(
          query,
          (0..<units).map { unit in
            tanh(hidden[units * features + unit] + product(hidden[unit * features..<(unit + 1) * features], row))
          })
    }
    let exponentials = scores.map { exp($0 - (scores.max() ?? 0)) }
    let sum = exponentials.reduce(0, +)
    return (0..<features).map { feature in
      zip(exponentials, rows).reduce(0) { $0 + $1.0 / sum * $1.1[feature] }
    }
  }

  @Test(arguments: [0, 5, 33], [[7, 1, 4, 6, 2], nil] as [[Int32]?])
  func agreesWithFiniteDifferences(units: Int, lengths: [Int32]?) throws {
    var random = TestRandom(6)
    let (samples, features) = (5, 18)
    let shape = Shape.sequence(steps: 7, features: features)
    let x = random.floats(samples * shape.count, scale: 2)
    let hidden = random.floats(units * (features + 1)), query = random.floats(units == 0 ? features : units)
    let upstream = random.floats(samples * features)
    func outputs(_ point: [Double]) -> [Double] {
      (0..<samples).flatMap { sample in
        let first = sample * shape.count
        return mean(
          point[first..<first + Int(lengths?[sample] ?? 7) * features], features: features,
          hidden: Array(point[x.count..<x.count + hidden.count]), query: Array(point[(x.count + hidden.count)...]))
      }
    }
    let point = (x + hidden + query).map(Double.init)
    let wanted = finiteDifferences(at: point) { zip(outputs($0), upstream).reduce(0) { $0 + $1.0 * Double($1.1) } }
    let names = units == 0 ? ["attention.0.weight"] : ["attention.0.weight", "attention.0.bias", "attention.2.weight"]
    let (weight, bias) = (Array(hidden.prefix(units * features)), Array(hidden.dropFirst(units * features)))
    let parameters = Dictionary(uniqueKeysWithValues: zip(names, units == 0 ? [query] : [weight, bias, query]))
    for shards in [1, 3] {
      let layer = AttentionPool(input: shape, hiddenSize: units == 0 ? nil : units)
      #expect(layer.parameters.map(\.name) == names)
      let run = try LayerRun(
        layer, inputShape: shape, inputs: x, parameters: parameters, upstream: upstream, shards: shards,
        lengths: lengths)
      #expect(relativeDifference(run.outputs, outputs(point)) < 1e-6)
      let gradients = run.inputGradient + names.flatMap { run.gradients[$0] ?? [] }
      #expect(relativeDifference(gradients, wanted) < 3e-6)
    }
  }

  /// Scores that no exponential could hold.
  @Test func largeScoresStayFinite() throws {
    let shape = Shape.sequence(steps: 3, features: 1)
    let run = try LayerRun(
      AttentionPool(input: shape), inputShape: shape, inputs: [1e4, -1e4, 1e4, -3e4, -2e4, -3e4],
      parameters: ["attention.0.weight": [1]], upstream: [1, 1])
    #expect(run.outputs == [1e4, -2e4])
    #expect(run.inputGradient == [0.5, 0, 0.5, 0, 1, 0])
  }
}
