import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct EventLossTests {
  typealias Formula = @Sendable (_ z: Double, _ y: Double, _ column: Int) -> Double

  private static func entropy(_ z: Double, _ y: Double, _ weight: Double = 1) -> Double {
    let l = log1p(exp(-z.magnitude))
    return weight * y * (max(-z, 0) + l) + (1 - y) * (max(z, 0) + l)
  }

  private static func focal(alpha: Double?, gamma: Double) -> Formula {
    { z, y, _ in
      let p = 1 / (1 + exp(-z))
      let factor = alpha.map { $0 * y + (1 - $0) * (1 - y) } ?? 1
      return factor * pow(1 - y * p - (1 - y) * (1 - p), gamma) * entropy(z, y)
    }
  }

  private static func cases(_ columns: Int) -> [(form: EventLoss.Form, formula: Formula)] {
    let weights = (0..<columns).map { 0.25 + Double($0 % 7) / 2 }
    return [
      (.weighted(weights), { entropy($0, $1, weights[$2]) }),
      (.focal(alpha: 0.25, gamma: 2), focal(alpha: 0.25, gamma: 2)),
      (.focal(alpha: nil, gamma: 0.5), focal(alpha: nil, gamma: 0.5)),
      (.focal(alpha: 1, gamma: 0), focal(alpha: 1, gamma: 0)),
      (.focal(alpha: 0.6, gamma: 1), focal(alpha: 0.6, gamma: 1)),
    ]
  }

  @Test(
    arguments: 0..<5, [Shape.vector(1), .vector(16), .vector(33), .sequence(steps: 3, features: 2)])
  func agreesWithFiniteDifferences(index: Int, shape: Shape) throws {
    let (form, formula) = Self.cases(shape.features)[index]
    var random = TestRandom(8)
    let z = random.floats(5 * shape.count, scale: 3)
    // Hard and soft targets.
    let y = random.floats(z.count).enumerated().map { $0 % 2 == 0 ? ($1 + 1) / 2 : $1 > 0 ? 1 : 0 }
    let lengths: [Int32] = shape.isSequence ? [3, 1, 2, 3, 2] : []
    func counts(_ place: Int) -> Bool {
      lengths.isEmpty || place / shape.features % shape.steps < lengths[place / shape.count]
    }
    func total(_ point: [Double]) -> Double {
      point.indices.filter(counts).reduce(0) { $0 + formula(point[$1], Double(y[$1]), $1 % shape.features) }
    }
    let results = try onEachInstructionSet {
      try LossRun(
        EventLoss(form, logits: shape), shape: shape, outputs: z, wanted: .values(y), lengths: lengths, shards: 3)
    }
    let point = z.map(Double.init)
    let (run, wanted) = (results[0].result, total(point))
    #expect((Double(run[.loss]) - wanted).magnitude < 2e-6 * wanted)
    #expect(relativeDifference(run.gradient, finiteDifferences(at: point, total)) < 2e-6)
    #expect(run[.weight] == Float(z.indices.filter(counts).count) && run[.count] == run[.weight])
    #expect(run.predictions.allSatisfy { $0 == nil })
    for (name, other) in results {
      #expect(bits(other.sums + other.gradient) == bits(run.sums + run.gradient), "\(name)")
    }
  }

  @Test func withoutWeightsBothAreTheBinaryCrossEntropy() throws {
    var random = TestRandom(9)
    let (z, y) = (random.floats(38, scale: 4), random.floats(38).map { $0 > 0 ? Float(1) : 0 })
    func run(_ loss: any Loss) throws -> LossRun {
      try LossRun(loss, shape: .vector(19), outputs: z, wanted: .values(y))
    }
    let plain = try run(ValueLoss(.binaryCrossEntropy))
    let forms: [EventLoss.Form] = [.weighted(Array(repeating: 1, count: 19)), .focal(alpha: nil, gamma: 0)]
    for form in forms {
      let other = try run(EventLoss(form, logits: .vector(19)))
      #expect((other[.loss] / plain[.loss] - 1).magnitude < 1e-6 && other[.correct] == plain[.correct])
      #expect(relativeDifference(other.gradient, plain.gradient.map(Double.init)) < 1e-6)
    }
  }

  @Test func sureEventsNeitherOverflowNorCancel() throws {
    func run(_ form: EventLoss.Form, _ z: Float, _ y: Float) throws -> LossRun {
      try LossRun(EventLoss(form, logits: .vector(1)), shape: .vector(1), outputs: [z], wanted: .values([y]))
    }
    for form in [EventLoss.Form.focal(alpha: nil, gamma: 2), .focal(alpha: nil, gamma: 0.5), .weighted([1])] {
      for (z, y) in [(Float(1000), Float(0)), (-1000, 1)] {
        let wrong = try run(form, z, y)
        #expect(wrong[.loss] == 1000 && wrong.gradient[0] == (y == 0 ? 1 : -1))
        let right = try run(form, z, 1 - y)
        #expect(right[.loss] == 0 && right.gradient[0] == 0)
      }
      #expect(try run(form, .nan, 1)[.loss].isNaN && run(form, .nan, 1).gradient[0].isNaN)
    }
  }
}
