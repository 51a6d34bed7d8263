import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct EmbeddingTests {
  @Test func gradientsAddInTheTreesOrder() throws {
    var random = TestRandom(5)
    let (samples, steps, dimension) = (10, 3, 18)
    let shape = Shape.sequence(steps: steps, features: 1)
    let indices = (0..<samples * steps).map { _ in Float(Int.random(in: 0..<4, using: &random)) }
    let upstream = random.floats(indices.count * dimension)
    // Three shards of 3, 3 and 4 samples: (first + second) + third, each by step, then sample.
    var wanted = [Float](repeating: 0, count: 5 * dimension)
    var parts: [[Float]] = []
    for shard in [0..<3, 3..<6, 6..<10] {
      var sum = [Float](repeating: 0, count: 5 * dimension)
      for step in 0..<steps {
        for sample in shard {
          let row = sample * steps + step
          for j in 0..<dimension { sum[Int(indices[row]) * dimension + j] += upstream[row * dimension + j] }
        }
      }
      parts.append(sum)
    }
    for place in wanted.indices { wanted[place] = (parts[0][place] + parts[1][place]) + parts[2][place] }
    let run = try LayerRun(
      Embedding(input: shape, count: 5, dimension: dimension), inputShape: shape, inputs: indices,
      parameters: ["weight": random.floats(5 * dimension)], upstream: upstream, shards: 3)
    #expect(run.gradients["weight"] == wanted)
  }

  @Test(arguments: [(Float(5), "5"), (-1, "-1"), (1.5, "1.5"), (.nan, "nan")])
  func invalidIndicesAreNamed(value: Float, text: String) throws {
    let failure = try #require(throws: Failure.self) {
      try LayerRun(
        Embedding(input: .vector(1), count: 5, dimension: 2), inputShape: .vector(1), inputs: [0, 4, value],
        parameters: ["weight": Array(repeating: 0, count: 10)], upstream: Array(repeating: 0, count: 6))
    }
    #expect(
      failure
        == Failure(
          .data, "embedding: \(text), at sample 2 of the batch, is not an index of a table of 5",
          advice: "indices are whole numbers from 0 to 4"))
  }

  @Test func thePaddingRowStartsAtZero() throws {
    let layer = Embedding(input: .vector(1), count: 4, dimension: 3, paddingIndex: 1)
    let model = try Model(inputShape: .vector(1), layers: [layer])
    model.initialize(seed: 1)
    let values = Array(try model.weights.values(of: model.parameters[0]))
    #expect(values[3..<6] == [0, 0, 0])
    #expect(!values[..<3].contains(0) && !values[6...].contains(0))
  }
}
