import Collectives
import Layers
import Optimizers
import Testing

@testable import Training

@Suite struct SharedUpdateTests {
  /// Several blocks of parameters, so that ranks have slices, and norms that reach over them.
  private static func small(_ choice: Int, _ sharding: OptimizerSharding) -> SmallExperiment {
    var small = SmallExperiment(hidden: 24, epochs: 1)
    small.optimizer = AllocationTests.optimizers[choice]
    small.clipValue = choice.isMultiple(of: 2) ? nil : 0.05
    small.averageDecay = choice == 3 ? 0.9 : nil
    small.accumulate = choice == 4 ? 2 : 1
    small.optimizerSharding = sharding
    return small
  }

  @Test(arguments: 0..<6) func slicesGiveTheBitsOfTheWholeUpdate(optimizer: Int) throws {
    let whole = try Self.small(optimizer, .never).train(ranks: 1)
    for machines in [[[0, 1]], [[0, 1, 2]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[0, 1, 2], [3]], [[0, 2], [1, 3]]] {
      let shared = try Self.small(optimizer, .always).train(machines: machines)
      #expect(shared.weights == whole.weights, "\(machines)")
      #expect(shared.evaluatedWeights == whole.evaluatedWeights && shared.norms == whole.norms)
      #expect(shared.evaluations.map(\.loss) == whole.evaluations.map(\.loss))
    }
  }

  @Test func eachRankOfAMachineHasASliceAndAllSeeTheWhole() throws {
    let found = try ThreadCommunicator.run(machines: [[0, 1, 2], [3]]) { communicator in
      let experiment = try Self.small(2, .always).make()
      let step = try TrainingStep(experiment, workspace: experiment.makeWorkspace(communicator: communicator))
      var report = StepReport()
      step.beginEpoch()
      try step.run(epoch: 0, positions: 0..<33, into: &report)
      let count = experiment.model.values.count
      return (
        slices: experiment.optimizer.slices, own: experiment.optimizer.state.map(\.values.count), count: count,
        means: experiment.optimizerState.map { Array($0.values.floats) }
      )
    }
    let count = found[0].count
    let slices = found.map { $0.slices[0] }
    #expect(found.allSatisfy { $0.slices.count == 1 })
    #expect(slices[..<3].map(\.lowerBound) == [0, slices[0].upperBound, slices[1].upperBound])
    #expect(slices[2].upperBound == count && slices[3] == 0..<count)
    #expect(zip(found, slices).allSatisfy { $0.own == [$1.count, $1.count] })
    #expect(found.allSatisfy { $0.means == found[3].means })
    #expect(found[0].means[0].contains { $0 != 0 } && slices[0].count < count)
  }

  @Test func smallModelsAndSingleRanksAreUpdatedWhole() throws {
    let slices = try ThreadCommunicator.run(ranks: 2) { communicator in
      let experiment = try Self.small(0, .auto).make()
      _ = try TrainingStep(experiment, workspace: experiment.makeWorkspace(communicator: communicator))
      return experiment.optimizer.slices == [0..<experiment.model.values.count]
    }
    #expect(slices == [true, true])
    let alone = try Self.small(0, .always).make()
    _ = try TrainingStep(alone, workspace: alone.makeWorkspace(communicator: SoloCommunicator()))
    #expect(alone.sharing.update == nil)
  }
}
