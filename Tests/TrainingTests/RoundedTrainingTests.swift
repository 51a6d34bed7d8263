import Collectives
import Layers
import TestSupport
import Tensors
import Testing
import Training

/// Training with activations in bfloat16: the same bits on any number of ranks and any instruction set, near to float32.
@Suite struct RoundedTrainingTests {
  private func experiment(stateful: Bool = false, accumulate: Int = 1) -> SmallExperiment {
    var experiment = SmallExperiment()
    experiment.accumulate = accumulate
    experiment.recurrent = { input, hidden in
      var options = RecurrentOptions(output: .all)
      options.isStateful = stateful
      let first = try LSTM(input: input, hiddenSize: hidden, options: options)
      let drop = Dropout(input: first.outputShape, probability: 0.1)
      return [first, drop, GRU(input: drop.outputShape, hiddenSize: hidden + 1, output: .last)]
    }
    return experiment
  }

  @Test(arguments: [false, true], [1, 2])
  func trainingKeepsTheBits(stateful: Bool, accumulate: Int) throws {
    var experiment = experiment(stateful: stateful, accumulate: accumulate)
    let floats = try experiment.train(ranks: 1)
    experiment.precision = .bfloat16
    let alone = try experiment.train(ranks: 1)
    #expect(alone.weights != floats.weights && alone.losses.count == floats.losses.count)
    for (own, wanted) in zip(alone.losses, floats.losses) { #expect((own - wanted).magnitude < 0.02 * wanted) }
    for ranks in [2, 3, 8] {
      let outcome = try experiment.train(ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(ranks) ranks")
      #expect(outcome.losses == alone.losses && outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
    }
    for (name, outcome) in try onEachInstructionSet({ try experiment.train(ranks: 1) }) {
      #expect(outcome.weights == alone.weights, "\(name)")
    }
  }

  @Test func activationsTakeLessMemory() throws {
    func bytes(_ precision: Precision) throws -> Int {
      let input = Shape.image(height: 32, width: 32, channels: 3)
      var layers: [any Layer] = []
      for outputs in [16, 16, 32] {
        let shape = layers.last?.outputShape ?? input
        let convolution = try Conv2d(
          input: shape, outputs: outputs, window: Window(kernel: .init(3), padding: .init(1)))
        layers += [convolution, BatchNorm(input: convolution.outputShape), ReLU(input: convolution.outputShape)]
      }
      let pool = try GlobalAveragePool(input: layers.last?.outputShape ?? input)
      layers += [pool, Linear(input: pool.outputShape, outputs: 10)]
      let model = try Model(inputShape: input, layers: layers)
      var plan = ArenaPlan(shards: 4, precision: precision)
      _ = model.makeProgram(&plan, batch: 64)
      return try Arena(plan).byteCount
    }
    let (floats, halves) = (try bytes(.float32), try bytes(.bfloat16))
    #expect(halves < floats * 6 / 10)
  }
}
