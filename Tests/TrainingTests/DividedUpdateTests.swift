import Collectives
import Foundation
import Layers
import Optimizers
import Testing

@testable import Training

@Suite struct DividedUpdateTests {
  /// Several blocks of parameters, so that ranks have slices, and norms that span them.
  private static func small(_ choice: Int, _ sharding: OptimizerSharding) -> SmallExperiment {
    var small = SmallExperiment(hidden: 24, epochs: 1)
    small.optimizer = AllocationTests.optimizers[choice]
    small.clipValue = choice.isMultiple(of: 2) ? nil : 0.05
    small.averageDecay = choice == 3 ? 0.9 : nil
    small.accumulate = choice == 4 ? 2 : 1
    small.optimizerSharding = sharding
    return small
  }

  /// Ranks on one machine, and on several with one or more each, equally many or not.
  private static let machines: [[[Int]]] = [
    [[0, 1]], [[0, 1, 2]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[0], [1]], [[0], [1], [2]], [[0, 1, 2], [3]],
    [[0, 2], [1, 3]],
    [[0], [1], [2], [3], [4], [5], [6], [7]],
  ]

  @Test(arguments: 0..<6) func slicesGiveTheBitsOfTheWholeUpdate(optimizer: Int) throws {
    let whole = try Self.small(optimizer, .never).train(ranks: 1)
    for machines in Self.machines {
      let divided = try Self.small(optimizer, .always).train(machines: machines, bucketBytes: 16_384)
      #expect(divided.weights == whole.weights, "\(machines)")
      #expect(divided.evaluatedWeights == whole.evaluatedWeights && divided.norms == whole.norms)
      #expect(divided.evaluations.map(\.loss) == whole.evaluations.map(\.loss))
    }
  }

  @Test func roundedGradientsGiveTheSameBits() throws {
    func train(_ sharding: OptimizerSharding, _ machines: [[Int]]) throws -> Outcome {
      var small = Self.small(2, sharding)
      small.compression = GradientCompression(format: .float16, parts: 4)
      return try small.train(machines: machines, bucketBytes: 8192)
    }
    let whole = try train(.never, [[0]])
    for machines in Self.machines {
      let divided = try train(.always, machines)
      #expect(divided.weights == whole.weights && divided.norms == whole.norms, "\(machines)")
    }
  }

  @Test func everyRankHasSlicesOfEveryBucketAndOnlyTheirState() throws {
    for machines in Self.machines {
      let found = try ThreadCommunicator.run(machines: machines) { communicator in
        let experiment = try Self.small(2, .always).make()
        let step = try TrainingStep(
          experiment, workspace: experiment.makeWorkspace(communicator: communicator),
          link: LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9, bucketBytes: 16_384))
        var report = StepReport()
        step.beginEpoch()
        try step.run(epoch: 0, positions: 0..<33, into: &report)
        let state = try step.gatherState(withinEpoch: true)
        return try withExtendedLifetime(step) {
          (
            slices: experiment.optimizer.slices, own: experiment.optimizer.state.map(\.values.count),
            weights: try experiment.model.weights.values.floats.map(\.bitPattern),
            state: state.optimizer.map { Array($0.values.floats) }
          )
        }
      }
      let count = found[0].weights.count
      let slices = found.flatMap(\.slices).sorted { $0.lowerBound < $1.lowerBound }
      #expect(slices.first?.lowerBound == 0 && slices.last?.upperBound == count)
      #expect(zip(slices, slices.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }, "\(machines)")
      #expect(found.allSatisfy { rank in rank.own.allSatisfy { $0 == rank.slices.reduce(0) { $0 + $1.count } } })
      // Between machines there are several buckets, and machines have pieces of each.
      #expect(machines.count == 1 || machines.count > 3 || found.contains { $0.slices.count > 1 })
      #expect(found.allSatisfy { $0.weights == found[0].weights })
      #expect(found[0].state.count == 2 && found[0].state.allSatisfy { $0.count == count && $0.contains { $0 != 0 } })
      #expect(found.dropFirst().allSatisfy { $0.state.isEmpty })
    }
  }

  /// Delays its rank's updates.
  private final class Delay: ActivityListener {
    func phaseBegins(_ phase: Activity.Phase, step: Int) {
      if phase == .updating { Thread.sleep(forTimeInterval: 0.3) }
    }
  }

  /// A rank that stands still before an update keeps the others waiting there. That is how they find it out.
  @Test func ranksThatWaitWithinAnUpdateSaySo() throws {
    let waiting = try ThreadCommunicator.run(machines: [[0], [1]]) { communicator in
      let experiment = try Self.small(2, .always).make()
      let (activity, delay) = (Activity(), Delay())
      if !communicator.isRoot { activity.listener = delay }
      let step = try TrainingStep(
        experiment, workspace: experiment.makeWorkspace(communicator: communicator), activity: activity)
      var report = StepReport()
      step.beginEpoch()
      try step.run(epoch: 0, positions: 0..<33, into: &report)
      return activity.takeSeconds(of: .waiting)
    }
    #expect(waiting[0] > 0.2, "\(waiting)")
  }

  private static func divides(
    _ sharding: OptimizerSharding, hidden: Int, machines: [[Int]], link: LinkSpeed? = nil,
    _ change: @Sendable (inout SmallExperiment) -> Void = { _ in }
  ) throws -> Bool {
    var small = SmallExperiment(hidden: hidden)
    small.optimizerSharding = sharding
    change(&small)
    let trained = small
    let found = try ThreadCommunicator.run(machines: machines) {
      try trained.make().dividesUpdate($0, link: link)
    }
    #expect(Set(found).count == 1)
    return found[0]
  }

  @Test func updatesAreDividedIfThatIsFaster() throws {
    let (node, two) = ([[0, 1]], [[0], [1]])
    // 5 hidden units have few parameters; 100 have 63 thousand, which take 0.25 ms at 1 GB/s, half of it hidden.
    #expect(try !Self.divides(.auto, hidden: 5, machines: node))
    #expect(try Self.divides(.auto, hidden: 100, machines: node))
    #expect(try Self.divides(.always, hidden: 5, machines: node))
    #expect(try !Self.divides(.never, hidden: 100, machines: node))
    #expect(try !Self.divides(.always, hidden: 100, machines: [[0]]))
    let (near, far) = (
      LinkSpeed(latency: 5e-6, bytesPerSecond: 1e9), LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9)
    )
    #expect(try Self.divides(.auto, hidden: 100, machines: two, link: near))
    #expect(try !Self.divides(.auto, hidden: 100, machines: two, link: far))
    #expect(try Self.divides(.always, hidden: 100, machines: two, link: far))
    // Rounded gradients travel as sums; MPI's sums are not scattered.
    let rounded = GradientCompression(format: .bfloat16, parts: 2)
    #expect(try !Self.divides(.auto, hidden: 100, machines: two, link: near) { $0.compression = rounded })
    #expect(try Self.divides(.auto, hidden: 100, machines: node) { $0.compression = rounded })
    #expect(try !Self.divides(.always, hidden: 100, machines: two) { $0.reduction = .native })
  }
}
