import CAllocationCounter
import Collectives
import Layers
import Tensors
import Testing
import Training

/// Small trainings of each recurrent cell with all its options.
@Suite struct RecurrentTrainingTests {
  enum Kind: String, CaseIterable, Sendable {
    case lstm, gru, rnn, gated

    func layer(_ input: Shape, _ hidden: Int, _ options: RecurrentOptions) throws -> any Layer {
      switch self {
      case .lstm: try LSTM(input: input, hiddenSize: hidden, options: options)
      case .gru: try GRU(input: input, hiddenSize: hidden, options: options)
      case .rnn: try RNN(input: input, hiddenSize: hidden, nonlinearity: .relu, options: options)
      case .gated: try GatedRNN(input: input, hiddenSize: hidden, options: options)
      }
    }
  }

  private func experiment(_ kind: Kind, stateful: Bool) -> SmallExperiment {
    var small = SmallExperiment()
    small.samples = 67
    small.epochs = 1
    small.recurrent = { input, hidden in
      var options = RecurrentOptions()
      options.layers = 2
      options.dropout = 0.3
      options.isStateful = stateful
      options.isBidirectional = !stateful
      return [try kind.layer(input, hidden, options)]
    }
    return small
  }

  @Test(arguments: Kind.allCases, [false, true])
  func weightsHaveTheSameBitsOnAnyNumberOfRanks(kind: Kind, stateful: Bool) throws {
    let small = experiment(kind, stateful: stateful)
    let alone = try small.train(ranks: 1)
    #expect(alone.losses.count == 3)
    for ranks in [2, 3, 5] {
      let outcome = try small.train(ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(ranks) ranks")
      #expect(outcome.losses == alone.losses)
      #expect(outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
    }
  }

  @Test(arguments: Kind.allCases, [false, true])
  func stepsAfterTheFirstAllocateNothing(kind: Kind, stateful: Bool) throws {
    let small = experiment(kind, stateful: stateful)
    let experiment = try small.make()
    let step = try TrainingStep(experiment, workspace: small.workspace(experiment, SoloCommunicator()))
    var report = StepReport()
    step.beginEpoch()
    try step.run(epoch: 0, positions: 0..<33, into: &report)
    let before = dpt_allocation_count()
    try step.run(epoch: 0, positions: 33..<66, into: &report)
    try step.run(epoch: 0, positions: 66..<67, into: &report)
    #expect(dpt_allocation_count() == before)
  }

  @Test func aStatefulLayerStartsEachEpochAfresh() throws {
    var small = experiment(.gru, stateful: true)
    small.recurrent = { input, hidden in
      var options = RecurrentOptions()
      options.isStateful = true
      return [try GRU(input: input, hiddenSize: hidden, options: options)]
    }
    // The weights do not change, so the loss on the same samples only depends on the initial state.
    small.learningRate = 0
    let experiment = try small.make()
    let step = try TrainingStep(experiment, workspace: small.workspace(experiment, SoloCommunicator()))
    var report = StepReport()
    let losses = try [true, false, true].map { begins in
      if begins { step.beginEpoch() }
      try step.run(epoch: 0, positions: 0..<33, into: &report)
      return report.loss
    }
    #expect(losses[1] != losses[0])
    #expect(losses[2] == losses[0])
  }

  /// Dropout depends on a sample's place in the whole step.
  @Test func batchesAddUpToOneLargeBatchUnderDropout() throws {
    var small = experiment(.lstm, stateful: false)
    small.batch = 64
    let large = try small.train(ranks: 1)
    small.batch = 16
    small.accumulate = 4
    let added = try small.train(ranks: 1)
    #expect(added.samples == large.samples)
    for (own, whole) in zip(added.losses, large.losses) { #expect((own - whole).magnitude < 1e-5 * whole) }
  }

  @Test func accumulatedBatchesCarryState() throws {
    var small = experiment(.gru, stateful: true)
    small.recurrent = { input, hidden in
      var options = RecurrentOptions()
      options.isStateful = true
      return [try GRU(input: input, hiddenSize: hidden, options: options)]
    }
    small.learningRate = 0
    small.samples = 64
    small.batch = 16
    let single = try small.train(ranks: 1).losses
    small.accumulate = 2
    let added = try small.train(ranks: 1).losses
    #expect(single.count == 4)
    #expect(added.count == 2)
    for (step, loss) in added.enumerated() {
      #expect((loss - (single[2 * step] + single[2 * step + 1]) / 2).magnitude < 1e-6)
    }
  }
}
