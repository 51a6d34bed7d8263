import Layers
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentGradientTests {
  static let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]

  /// Odd sizes, so that pads and partial tiles take part.
  @Test(arguments: [DoubleRecurrence.Cell.lstm, .tanh, .relu], RecurrentOutput.allCases)
  func agreesWithFiniteDifferences(cell: DoubleRecurrence.Cell, output: RecurrentOutput) throws {
    for (hidden, lengths) in [(5, nil), (19, nil), (5, [3, 1, 4] as [Int32])] {
      try check(cell: cell, output: output, hidden: hidden, lengths: lengths)
    }
  }

  private func check(cell: DoubleRecurrence.Cell, output: RecurrentOutput, hidden: Int, lengths: [Int32]?) throws {
    let (samples, steps, inputs) = (3, 4, 3)
    var random = TestRandom(UInt64(hidden))
    let reference = DoubleRecurrence(cell: cell, steps: steps, inputs: inputs, hidden: hidden)
    let x = random.floats(samples * steps * inputs)
    let parameters = reference.sizes.map { random.floats($0, scale: 0.6) }
    let shape = Shape.sequence(steps: steps, features: inputs)
    let upstream = random.floats(samples * (output == .all ? steps : 1) * hidden)

    // What the layer shows of all hidden states: every step, or each sample's last valid one.
    func shown(_ all: [Double]) -> [Double] {
      guard output == .last else { return all }
      return (0..<samples).flatMap { sample in
        let last = Int(lengths?[sample] ?? Int32(steps)) - 1
        return all[((sample * steps + last) * hidden)..<((sample * steps + last + 1) * hidden)]
      }
    }
    func loss(_ point: [Double]) -> Double {
      let outputs = reference.outputs(Array(point[..<x.count]), parameters: Array(point[x.count...]))
      return zip(shown(outputs), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let point = (x + parameters.flatMap { $0 }).map(Double.init)
    let wanted = finiteDifferences(at: point, loss)

    for shards in [1, 2, 3] {
      let layer: any Layer =
        switch cell {
        case .lstm: LSTM(input: shape, hiddenSize: hidden, output: output)
        case .tanh: RNN(input: shape, hiddenSize: hidden, nonlinearity: .tanh, output: output)
        case .relu: RNN(input: shape, hiddenSize: hidden, nonlinearity: .relu, output: output)
        }
      let run = try LayerRun(
        layer, inputShape: shape, inputs: x,
        parameters: Dictionary(uniqueKeysWithValues: zip(Self.names, parameters)), upstream: upstream, shards: shards,
        lengths: lengths)
      let outputs = shown(reference.outputs(point[..<x.count].map { $0 }, parameters: Array(point[x.count...])))
      #expect(relativeDifference(run.outputs, outputs) < 1e-6)
      let gradients = run.inputGradient + Self.names.flatMap { run.gradients[$0] ?? [] }
      #expect(relativeDifference(gradients, wanted) < 2e-6, "\(cell) \(output) hidden \(hidden) shards \(shards)")
    }
  }
}
