import Layers
import Tensors
import TestSupport
import Testing

@Suite struct StatefulTests {
  private let samples = 3
  private let inputs = 2
  private let hidden = 5

  private func options(stateful: Bool = true) -> RecurrentOptions {
    var options = RecurrentOptions(output: .all)
    options.layers = 2
    options.isStateful = stateful
    return options
  }

  private func parameters(_ cell: TestCell) throws -> [Float] {
    var random = TestRandom(3)
    return random.floats(
      try cell.layer(.sequence(steps: 1, features: inputs), hidden: hidden, options()).valueCount, scale: 0.7)
  }

  private func session(
    _ cell: TestCell, steps: Int, stateful: Bool = true, lengths: [Int32]? = nil
  ) throws -> RecurrentSession {
    let shape = Shape.sequence(steps: steps, features: inputs)
    return try RecurrentSession(
      cell.layer(shape, hidden: hidden, options(stateful: stateful)), shape: shape, batch: samples,
      parameters: try parameters(cell), lengths: lengths)
  }

  /// Steps `range` of all samples of a batch-first array of sequences of `steps` steps.
  private func cut(_ x: [Float], _ range: Range<Int>, of steps: Int) -> [Float] {
    let width = x.count / samples / steps
    return (0..<samples).flatMap { sample in
      x[((sample * steps + range.lowerBound) * width)..<((sample * steps + range.upperBound) * width)]
    }
  }

  @Test(arguments: TestCell.allCases)
  func chunksGiveTheBitsOfOneLongSequence(cell: TestCell) throws {
    var random = TestRandom(8)
    let x = random.floats(samples * 12 * inputs)
    let whole = try session(cell, steps: 12, stateful: false).forward(x)
    let chunked = try session(cell, steps: 4)
    for chunk in 0..<3 {
      let outputs = try chunked.forward(cut(x, chunk * 4..<(chunk + 1) * 4, of: 12), continues: chunk > 0)
      #expect(bits(outputs) == bits(cut(whole, chunk * 4..<(chunk + 1) * 4, of: 12)), "chunk \(chunk)")
    }
  }

  @Test(arguments: TestCell.allCases)
  func theStateAfterTheLastValidStepIsCarried(cell: TestCell) throws {
    var random = TestRandom(9)
    let first = random.floats(samples * 4 * inputs)
    let second = random.floats(samples * 4 * inputs)
    let lengths: [Int32] = [2, 2, 2]
    let whole = try session(cell, steps: 4, stateful: false).forward(
      joined(cut(first, 0..<2, of: 4), cut(second, 0..<2, of: 4)))
    let chunked = try session(cell, steps: 4, lengths: lengths)
    _ = try chunked.forward(first)
    let outputs = try chunked.forward(second, continues: true)
    #expect(bits(cut(outputs, 0..<2, of: 4)) == bits(cut(whole, 2..<4, of: 4)))
    #expect(cut(outputs, 2..<4, of: 4).allSatisfy { $0 == 0 })
  }

  /// Two steps of each sample after two others.
  private func joined(_ a: [Float], _ b: [Float]) -> [Float] {
    let width = a.count / samples
    return (0..<samples).flatMap { sample in
      let own = sample * width..<(sample + 1) * width
      return Array(a[own]) + Array(b[own])
    }
  }

  @Test func aBatchThatContinuesNothingStartsFromZero() throws {
    var random = TestRandom(10)
    let x = random.floats(samples * 4 * inputs)
    let session = try session(.lstm, steps: 4)
    let first = try session.forward(x)
    let second = try session.forward(x, continues: true)
    #expect(second != first)
    #expect(try session.forward(x) == first)
    // Another number of samples cannot continue row by row.
    let two = Array(x.prefix(2 * 4 * inputs))
    #expect(try session.forward(two, continues: true) == Array(first.prefix(2 * 4 * hidden)))
  }

  @Test func evaluationDoesNotDisturbTheStateOfTraining() throws {
    var random = TestRandom(11)
    let (a, b) = (random.floats(samples * 4 * inputs), random.floats(samples * 4 * inputs))
    let alone = try session(.gru, steps: 4)
    _ = try alone.forward(a)
    let wanted = try alone.forward(b, continues: true)
    let disturbed = try session(.gru, steps: 4)
    _ = try disturbed.forward(a)
    disturbed.context.isTraining = false
    _ = try disturbed.forward(b)
    _ = try disturbed.forward(b, continues: true)
    disturbed.context.isTraining = true
    #expect(try disturbed.forward(b, continues: true) == wanted)
  }

  /// Truncated back-propagation: the carried state counts as a constant.
  @Test(arguments: [TestCell.gru, .tanh, .gated])
  func noGradientPassesFromBatchToBatch(cell: TestCell) throws {
    var random = TestRandom(12)
    let shape = Shape.sequence(steps: 3, features: inputs)
    var options = RecurrentOptions(output: .all)
    options.isStateful = true
    let layer = try cell.layer(shape, hidden: hidden, options)
    let parameters = random.floats(layer.valueCount, scale: 0.7)
    let (a, b) = (random.floats(samples * 3 * inputs), random.floats(samples * 3 * inputs))
    let upstream = random.floats(samples * 3 * hidden)
    // Equal lengths, and as many steps in a ragged batch.
    let sessions = try [nil, Array(repeating: 3, count: samples)].map {
      try RecurrentSession(layer, shape: shape, batch: samples, parameters: parameters, lengths: $0)
    }
    let first = try sessions[0].forward(a)
    #expect(try sessions[1].forward(a) == first)
    let runs = try sessions.map { try $0.run(b, upstream: upstream, continues: true) }

    let kind = RecurrentCase(cell: cell, layers: 1, isBidirectional: false, output: .all)
    var reference = DoubleRecurrence(kind: kind, steps: 3, inputs: inputs, hidden: hidden)
    reference.initial = (0..<samples).map { sample in
      first[(sample * 3 + 2) * hidden..<(sample + 1) * 3 * hidden].map(Double.init)
    }
    let wanted = finiteDifferences(at: parameters.map(Double.init)) { point in
      zip(reference.outputs(b.map(Double.init), parameters: point), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    for run in runs { #expect(relativeDifference(run.gradients, wanted) < 4e-6) }
  }
}
