import Collectives
import Layers
import Optimizers
import Testing
import Training

@Suite struct TensorRecordTests {
  @Test func aCadenceHasTheFirstTheLastAndThoseBetween() {
    let steps = { (cadence: StepCadence, last: Int) in (1...last).filter(cadence.includes) }
    #expect(steps(StepCadence(every: 4, last: 10), 12) == [1, 4, 8, 10, 12])
    #expect(steps(StepCadence(every: 0, last: 10), 10).isEmpty)
    #expect(steps(.never, 10).isEmpty)
    #expect(StepCadence(times: 100, last: 1860).every == 19)
    #expect(StepCadence(times: 100, last: 100).every == 1)
    #expect(StepCadence(times: 100, last: 0).every == 1)
    #expect(steps(StepCadence(times: 100, last: 12345), 12345).count == 101)
  }

  /// What is recorded of plain gradient descent without clipping: each weight falls by its gradient times the rate.
  private struct Record: Equatable, Sendable {
    let step, epoch: Int
    let values, gradient: [UInt32]
  }

  private final class Tensors: Observer {
    private(set) var records: [Record] = []
    private(set) var reports: [StepReport] = []

    func stepDidFinish(_ report: StepReport) { reports.append(report) }

    func tensorsDidChange(_ report: TensorReport) throws {
      #expect(reports.last?.step == report.step, "the step is told first")
      #expect(
        abs(
          GradientClipping.norm(report.gradient.base, count: report.gradient.count)
            - reports[report.step - 1].gradientNorm)
          < 1e-12)
      records.append(
        Record(
          step: report.step, epoch: report.epoch, values: try report.model.values.floats.map(\.bitPattern),
          gradient: report.model.parameters.flatMap { report.gradient(of: $0).map(\.bitPattern) }))
    }
  }

  private func records(
    ranks: Int, _ cadence: StepCadence, sharding: OptimizerSharding = .auto
  ) throws -> [Record] {
    try ThreadCommunicator.run(ranks: ranks) { communicator -> [Record] in
      var small = SmallExperiment()
      small.recordedTensors = cadence
      small.optimizerSharding = sharding
      small.optimizer = { try SGD(count: $0.values.count) }
      small.clipValue = 1e-3
      let experiment = try small.make()
      let tensors = Tensors()
      let trainer = try Trainer(
        experiment, workspace: small.workspace(experiment, communicator),
        observers: communicator.isRoot ? [tensors] : [])
      _ = try trainer.run()
      return withExtendedLifetime(experiment) { tensors.records }
    }[0]
  }

  @Test func recordsAreTheSameBitsOnAnyNumberOfRanks() throws {
    // Two epochs of 100 samples in batches of 33.
    let cadence = StepCadence(every: 3, last: 8)
    let alone = try records(ranks: 1, cadence)
    #expect(alone.map(\.step) == [1, 3, 6, 8])
    #expect(alone.map(\.epoch) == [1, 1, 2, 2])
    #expect(Set(alone.map(\.values)).count == 4)
    #expect(try records(ranks: 3, cadence) == alone)
    #expect(try records(ranks: 3, cadence, sharding: .always) == alone)
    #expect(try records(ranks: 2, .never).isEmpty)
  }
}
