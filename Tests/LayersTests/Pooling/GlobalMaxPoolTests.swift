import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct GlobalMaxPoolTests {
  private func run(_ shape: Shape, _ x: [Float], upstream: [Float], lengths: [Int32]? = nil) throws -> LayerRun {
    try LayerRun(
      GlobalMaxPool(input: shape), inputShape: shape, inputs: x, parameters: [:], upstream: upstream, lengths: lengths)
  }

  @Test(arguments: [
    Shape.sequence(steps: 300, features: 3), .sequence(steps: 1, features: 17),
    .image(height: 13, width: 11, channels: 18),
  ])
  func theLargestValueTakesTheGradient(shape: Shape) throws {
    var random = TestRandom(8)
    let (samples, features) = (3, shape.features)
    // Many values are equal.
    let x = random.floats(samples * shape.count).map { ($0 * 8).rounded() }
    let upstream = random.floats(samples * features)
    var (outputs, gradient) = ([Float](repeating: 0, count: samples * features), [Float](repeating: 0, count: x.count))
    for sample in 0..<samples {
      for feature in 0..<features {
        let places = stride(from: sample * shape.count + feature, to: (sample + 1) * shape.count, by: features)
        let largest = places.map { x[$0] }.max() ?? 0
        outputs[sample * features + feature] = largest
        if let first = places.first(where: { x[$0] == largest }) {
          gradient[first] = upstream[sample * features + feature]
        }
      }
    }
    for (name, result) in try onEachInstructionSet({ try run(shape, x, upstream: upstream) }) {
      #expect(result.outputs == outputs, "\(name)")
      #expect(result.inputGradient == gradient, "\(name)")
    }
  }

  @Test func infinitiesHaveAPlaceAndNaNWins() throws {
    let shape = Shape.sequence(steps: 3, features: 1)
    let x: [Float] = [-.infinity, -.infinity, -.infinity, 1, .nan, 2]
    let result = try run(shape, x, upstream: [3, 4])
    #expect(result.outputs[0] == -.infinity && result.outputs[1].isNaN)
    #expect(result.inputGradient == [3, 0, 0, 0, 4, 0])
  }

  @Test func onlyStepsThatAreThereCount() throws {
    let shape = Shape.sequence(steps: 3, features: 1)
    let result = try run(shape, [-1, -2, 7, -5, 9, 9, 1, 2, 3], upstream: [1, 2, 3], lengths: [2, 1, 3])
    #expect(result.outputs == [-1, -5, 3])
    #expect(result.inputGradient == [1, 0, 0, 2, 0, 0, 0, 0, 3])
  }

  @Test func vectorsAreRefused() {
    #expect(throws: Failure(.configuration, "a vector of 4 is no image or sequence")) {
      try GlobalMaxPool(input: .vector(4))
    }
  }
}
