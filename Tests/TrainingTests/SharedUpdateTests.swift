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
        slice: experiment.optimizer.slice, own: experiment.optimizer.state.map(\.values.count), count: count,
        means: experiment.optimizerState.map { Array($0.values.floats) }
      )
    }
    let count = found[0].count
    #expect(found[..<3].map(\.slice.lowerBound) == [0, found[0].slice.upperBound, found[1].slice.upperBound])
    #expect(found[2].slice.upperBound == count && found[3].slice == 0..<count)
    #expect(found.allSatisfy { $0.own == [$0.slice.count, $0.slice.count] })
    #expect(found.allSatisfy { $0.means == found[3].means })
    #expect(found[0].means[0].contains { $0 != 0 } && found[0].slice.count < count)
  }

  @Test func smallModelsAndSingleRanksAreUpdatedWhole() throws {
    let slices = try ThreadCommunicator.run(ranks: 2) { communicator in
      let experiment = try Self.small(0, .auto).make()
      _ = try TrainingStep(experiment, workspace: experiment.makeWorkspace(communicator: communicator))
      return experiment.optimizer.slice == 0..<experiment.model.values.count
    }
    #expect(slices == [true, true])
    let alone = try Self.small(0, .always).make()
    _ = try TrainingStep(alone, workspace: alone.makeWorkspace(communicator: SoloCommunicator()))
    #expect(alone.sharing.update == nil)
  }
}
