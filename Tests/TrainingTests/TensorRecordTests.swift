import Collectives
import Layers
import Formats
import Foundation
import Optimizers
import Testing

@testable import Training

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

  /// A record of plain gradient descent without clipping: each weight falls by its gradient times the rate.
  private struct Record: Equatable, Sendable {
    let step, epoch: Int
    let values, gradient, former: [UInt32]
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
          step: report.step, epoch: report.epoch, values: try report.model.weights.values.floats.map(\.bitPattern),
          gradient: report.model.parameters.flatMap { report.gradient(of: $0).map(\.bitPattern) },
          former: report.former.floats.map(\.bitPattern)))
    }
  }

  private func records(
    ranks: Int, _ cadence: StepCadence, sharding: OptimizerSharding = .auto
  ) throws -> [Record] {
    try ThreadCommunicator.run(ranks: ranks) { communicator -> [Record] in
      var small = SmallExperiment()
      small.recordedTensors = cadence
      small.optimizerSharding = sharding
      small.optimizer = { try SGD(count: $0.valueCount) }
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

  /// Calm steps, unusual steps, and calm steps again. Besides the steps at regular intervals, unusual ones are recorded, also
  /// after a resumption; at most ten more than the regular ones so far.
  @Test func unusualStepsAreFoundAndTheirNumberIsLimited() {
    var steps = UnusualSteps()
    var found: [Int] = []
    for step in 1...200 {
      let isCalm = step < 100 || step > 103
      // As in a checkpoint.
      if step == 60 { steps = steps.copy }
      if steps.add(
        loss: (isCalm ? 0.5 : 2) + 0.01 * Double(step % 3),
        norm: (step == 99 ? 40 : 0.1) * (1 + 0.1 * Double(step % 4)),
        regular: step / 20)
      {
        found.append(step)
      }
    }
    #expect(found == [99, 100])
    var wild = UnusualSteps()
    let count = (1...1000).filter { wild.add(loss: 1, norm: $0.isMultiple(of: 12) ? 1e6 : 1, regular: $0 / 100) }.count
    // Before step 996 there were nine regular ones.
    #expect(count == 19)
  }

  @Test func theSearchForUnusualStepsSurvivesACheckpoint() throws {
    var (whole, parts) = (UnusualSteps(), UnusualSteps())
    for step in 1...150 {
      let (loss, norm) = (
        step == 140 ? 3 : 1 / Double(step % 7 + 1), step == 90 ? Double.infinity : Double(step % 5 + 1)
      )
      if step.isMultiple(of: 35) {
        let encoder = JSONEncoder.withSpecialNumbers([])
        parts = try JSONDecoder.withSpecialNumbers().decode(UnusualSteps.self, from: encoder.encode(parts.copy))
      }
      #expect(
        whole.add(loss: loss, norm: norm, regular: 9) == parts.add(loss: loss, norm: norm, regular: 9), "step \(step)")
    }
    #expect(whole.copy == parts.copy)
  }

  @Test func recordsAreTheSameBitsOnAnyNumberOfRanks() throws {
    // Two epochs of 100 samples in batches of 33.
    let cadence = StepCadence(every: 3, last: 8)
    let alone = try records(ranks: 1, cadence)
    #expect(alone.map(\.step) == [1, 3, 6, 8])
    #expect(alone.map(\.epoch) == [1, 1, 2, 2])
    #expect(Set(alone.map(\.values)).count == 4)
    #expect(alone.allSatisfy { $0.former != $0.values })
    // Each step's values are the former values of the next.
    let all = try records(ranks: 1, StepCadence(every: 1, last: 8))
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.values == $1.former })
    #expect(try records(ranks: 3, cadence) == alone)
    #expect(try records(ranks: 3, cadence, sharding: .always) == alone)
    #expect(try records(ranks: 2, .never).isEmpty)
  }
}
