import Layers
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentDropoutTests {
  private let shape = Shape.sequence(steps: 4, features: 3)
  private let samples = 7
  private let hidden = 18

  private func session(_ cell: TestCell, dropout: Double, seed: UInt64 = 1) throws -> RecurrentSession {
    var options = RecurrentOptions(output: .all)
    options.layers = 3
    options.isBidirectional = true
    options.dropout = dropout
    let layer = try cell.layer(shape, hidden: hidden, options)
    var random = TestRandom(5)
    return try RecurrentSession(
      layer, shape: shape, batch: samples, parameters: random.floats(layer.valueCount, scale: 0.4), seed: seed)
  }

  private func inputs() -> [Float] {
    var random = TestRandom(6)
    return random.floats(samples * shape.count)
  }

  @Test(arguments: TestCell.allCases)
  func theMaskDependsOnTheSamplesPlaceInTheBatchAlone(cell: TestCell) throws {
    let x = inputs()
    let whole = try session(cell, dropout: 0.4).forward(x)
    for cut in [1, 3, 6] {
      var parts: [Float] = []
      for own in [0..<cut, cut..<samples] {
        let session = try session(cell, dropout: 0.4)
        session.context.firstSample = own.lowerBound
        parts += try session.forward(Array(x[own.lowerBound * shape.count..<own.upperBound * shape.count]))
      }
      #expect(bits(parts) == bits(whole))
    }
  }

  @Test func seedAndStepChangeTheMask() throws {
    let session = try session(.lstm, dropout: 0.4)
    let first = try session.forward(inputs())
    session.context.step = 1
    #expect(try session.forward(inputs()) != first)
    #expect(try self.session(.lstm, dropout: 0.4, seed: 2).forward(inputs()) != first)
  }

  @Test(arguments: TestCell.allCases)
  func evaluationDropsNothing(cell: TestCell) throws {
    let with = try session(cell, dropout: 0.4)
    with.context.isTraining = false
    let without = try session(cell, dropout: 0)
    #expect(bits(try with.forward(inputs())) == bits(try without.forward(inputs())))
  }

  /// The derivative along one direction, taken from the layer itself with its mask held fast.
  @Test(arguments: [TestCell.lstm, .gru, .tanh, .gated])
  func gradientsPassThroughTheSameMask(cell: TestCell) throws {
    let session = try session(cell, dropout: 0.4)
    var random = TestRandom(7)
    let x = inputs()
    let upstream = random.floats(samples * shape.steps * 2 * hidden)
    let direction = random.floats(x.count)
    func loss(_ step: Float) throws -> Double {
      let outputs = try session.forward(zip(x, direction).map { $0 + step * $1 })
      return zip(outputs, upstream).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let step: Float = 0x1p-7
    let wanted = try (loss(step) - loss(-step)) / Double(2 * step)
    let run = try session.run(x, upstream: upstream)
    let own = zip(run.inputGradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect((own - wanted).magnitude < 2e-3 * wanted.magnitude, "\(own) \(wanted)")
  }
}
