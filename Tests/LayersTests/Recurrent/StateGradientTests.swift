import Layers
import Tensors
import TestSupport
import Testing

@Suite struct StateGradientTests {
  /// The kept gradient of each hidden state agrees with finite differences of a reference in double precision, whose states
  /// are nudged.
  @Test(arguments: TestCell.allCases, [RecurrentOutput.last, .all])
  func keptGradientsAgreeWithFiniteDifferences(of cell: TestCell, output: RecurrentOutput) throws {
    for lengths in [nil, [4, 2], [2, 4]] as [[Int32]?] { try check(cell, output: output, lengths: lengths) }
  }

  private func check(_ cell: TestCell, output: RecurrentOutput, lengths: [Int32]?) throws {
    let (samples, steps, inputs, hidden) = (2, 4, 3, 5)
    var random = TestRandom(7)
    let shape = Shape.sequence(steps: steps, features: inputs)
    let layer = try cell.layer(shape, hidden: hidden, RecurrentOptions(output: output))
    let parameters = random.floats(layer.valueCount, scale: 0.6)
    let x = random.floats(samples * shape.count)
    let upstream = random.floats(samples * layer.outputShape.count)
    let kind = RecurrentCase(cell: cell, layers: 1, isBidirectional: false, output: output)
    var reference = DoubleRecurrence(kind: kind, steps: steps, inputs: inputs, hidden: hidden, lengths: lengths)
    let wanted = finiteDifferences(at: [Double](repeating: 0, count: samples * steps * hidden)) { nudges in
      reference.nudges = nudges
      let outputs = reference.outputs(x.map(Double.init), parameters: parameters.map(Double.init))
      return zip(outputs, upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let session = try RecurrentSession(
      layer, shape: shape, batch: samples, parameters: parameters, lengths: lengths, keepsOutputs: true)
    _ = try session.run(x, upstream: upstream)
    let trace = try #require(session.program.traces(of: layer, session.context).first)
    let kept = PackedRows.unpack(
      try #require(trace.hiddenGradient), shape: .sequence(steps: steps, features: hidden))
    #expect(relativeDifference(kept, wanted) < 2e-6, "\(cell) \(output) \(lengths ?? [])")
  }

  @Test func tracesShowTheStates() throws {
    var random = TestRandom(3)
    let shape = Shape.sequence(steps: 6, features: 2)
    var options = RecurrentOptions(output: .all)
    options.layers = 2
    options.isBidirectional = true
    let layer = try LSTM(input: shape, hiddenSize: 4, options: options)
    let session = try RecurrentSession(layer, shape: shape, batch: 3, parameters: random.floats(layer.valueCount))
    let outputs = try session.forward(random.floats(3 * shape.count))
    let traces = session.program.traces(of: layer, session.context)
    #expect(traces.map(\.name) == ["l0", "l0_reverse", "l1", "l1_reverse"])
    #expect(traces.map(\.isReverse) == [false, true, false, true])
    // The outputs are the states of the upper level, both directions side by side.
    let (forwards, backwards) = (PackedRows.unpack(traces[2].hidden), PackedRows.unpack(traces[3].hidden))
    for row in 0..<18 {
      #expect(
        outputs[row * 8..<row * 8 + 4].elementsEqual(forwards[row * 4..<row * 4 + 4])
          && outputs[row * 8 + 4..<row * 8 + 8].elementsEqual(backwards[row * 4..<row * 4 + 4]))
    }
    #expect(traces.allSatisfy { $0.cell != nil && $0.hiddenGradient == nil })
  }
}
