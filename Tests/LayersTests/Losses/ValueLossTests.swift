import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct ValueLossTests {
  typealias Formula = @Sendable (_ z: Double, _ y: Double) -> Double
  static let cases: [(function: ValueLoss.Function, formula: Formula)] = [
    (.squared, { ($0 - $1) * ($0 - $1) }),
    (.absolute, { ($0 - $1).magnitude }),
    (.huber(delta: 0.7), { huber($0 - $1, 0.7) }),
    (.smoothAbsolute(beta: 0.7), { huber($0 - $1, 0.7) / 0.7 }),
    (.binaryCrossEntropy, { max($0, 0) - $0 * $1 + log1p(exp(-$0.magnitude)) }),
  ]

  private static func huber(_ d: Double, _ delta: Double) -> Double {
    d.magnitude < delta ? 0.5 * d * d : delta * (d.magnitude - 0.5 * delta)
  }

  @Test(
    arguments: 0..<cases.count,
    [Shape.vector(1), .vector(16), .vector(33), .sequence(steps: 3, features: 2), .sequence(steps: 7, features: 19)])
  func agreesWithFiniteDifferences(index: Int, shape: Shape) throws {
    let (function, formula) = Self.cases[index]
    let samples = 5
    var random = TestRandom(8)
    let z = random.floats(samples * shape.count, scale: 3)
    let y = random.floats(z.count).map { function == .binaryCrossEntropy ? ($0 + 1) / 2 : $0 }
    let lengths: [Int32] = shape.isSequence ? [3, 1, 2, 3, 2] : []
    func counts(_ place: Int) -> Bool {
      lengths.isEmpty || place / shape.features % shape.steps < lengths[place / shape.count]
    }
    func total(_ point: [Double]) -> Double {
      point.indices.filter(counts).reduce(0) { $0 + formula(point[$1], Double(y[$1])) }
    }
    let run = try LossRun(
      ValueLoss(function), shape: shape, outputs: z, wanted: .values(y), lengths: lengths, shards: 3)
    let point = z.map(Double.init)
    #expect((Double(run[.loss]) - total(point)).magnitude < 2e-6 * total(point))
    #expect(relativeDifference(run.gradient, finiteDifferences(at: point, total)) < 2e-6)
    #expect(run[.weight] == Float(z.indices.filter(counts).count))
    #expect(run.predictions.allSatisfy { $0 == nil })
  }

  @Test func aDifferenceOfZeroHasNoGradient() throws {
    for (function, _) in Self.cases where function != .binaryCrossEntropy {
      let run = try LossRun(
        ValueLoss(function), shape: .vector(2), outputs: [1, -2], wanted: .values([1, -2]))
      #expect(run.gradient == [0, 0] && run[.loss] == 0)
    }
  }

  @Test func binaryCrossEntropyNeitherOverflowsNorCancels() throws {
    let shape = Shape.vector(1)
    func loss(_ z: Float, _ y: Float) throws -> Float {
      try LossRun(ValueLoss(.binaryCrossEntropy), shape: shape, outputs: [z], wanted: .values([y]))[
        .loss]
    }
    #expect(try loss(1000, 0) == 1000 && loss(-1000, 1) == 1000)
    #expect(try loss(1000, 1) == 0 && loss(-1000, 0) == 0)
    for (z, y) in [(Float(20), Float(1)), (-30, 0), (60, 1)] {
      let wanted = exp(-Double(z.magnitude))
      #expect((Double(try loss(z, y)) / wanted - 1).magnitude < 1e-6)
    }
  }

  @Test func accuracyIsTheShareOfRightSigns() throws {
    let loss = ValueLoss(.binaryCrossEntropy)
    let run = try LossRun(
      loss, shape: .vector(3), outputs: [1, -1, 0, 2, -3, 0.5], wanted: .values([1, 1, 0, 0, 0, 1]))
    #expect(run[.correct] == 4 && run[.count] == 6)
    #expect(loss.hasAccuracy && !ValueLoss(.squared).hasAccuracy)
  }
}
