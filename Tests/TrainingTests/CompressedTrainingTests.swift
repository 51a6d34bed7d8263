import Collectives
import Diagnostics
import Layers
import Testing

@testable import Training

/// Trainings whose gradients are rounded to 16 bits.
@Suite struct CompressedTrainingTests {
  static let compressions = Compression.Format.allCases.flatMap { format in
    [2, 5, 8].map { GradientCompression(format: format, parts: $0) }
  }

  /// Batch statistics go through the same tree, but are not rounded.
  @Test(arguments: compressions) func bitsDoNotDependOnRanksOrMachines(compression: GradientCompression) throws {
    for accumulate in [1, 2] {
      var small = SmallExperiment(accumulate: accumulate)
      small.recurrent = { input, hidden in
        let lstm = LSTM(input: input, hiddenSize: hidden, output: .last)
        return [lstm, BatchNorm(input: lstm.outputShape)]
      }
      let exact = try small.train(ranks: 1)
      small.compression = compression
      let alone = try small.train(ranks: 1)
      #expect(alone.weights != exact.weights)
      for (a, b) in zip(alone.losses, exact.losses) { #expect((a - b).magnitude < 0.02) }
      let machines: [[[Int]]] = [
        [[0, 1]], [[0, 1, 2]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[0], [1]], [[0, 1], [2]], [[0, 2], [1, 3]],
        (0..<8).map { [$0] },
      ]
      for machines in machines {
        let outcome = try small.train(machines: machines, bucketBytes: 256)
        #expect(outcome.weights == alone.weights && outcome.norms == alone.norms, "\(machines)")
        #expect(outcome.buffers == alone.buffers && outcome.losses == alone.losses)
        #expect(outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
      }
    }
  }

  @Test func theResultDependsOnThePartsAndTheFormat() throws {
    let weights = try Self.compressions.map { try SmallExperiment(compression: $0).train(ranks: 2).weights }
    #expect(Set(weights).count == weights.count)
  }

  @Test func impossibleCompressionIsRefused() throws {
    var small = SmallExperiment(compression: GradientCompression(format: .bfloat16, parts: 9))
    #expect(throws: Failure.self) { try small.train(ranks: 1) }
    small.compression?.parts = 8
    small.reduction = .native
    let failure = #expect(throws: Failure.self) { try small.train(ranks: 1) }
    #expect(failure?.exitCode == .configuration)
  }
}
