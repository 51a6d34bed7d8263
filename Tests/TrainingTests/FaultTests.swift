import Collectives
import Datasets
import Diagnostics
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Training

/// Faults that end training: numbers that are not finite, and ranks that differ.
struct FaultTests {
  /// Temporal order in which the inputs of some samples are infinite.
  private final class Broken: Dataset {
    let base = TemporalOrder(level: .easy, count: 100, seed: 1, purpose: .trainingData)
    let broken: Set<Int>

    init(_ broken: Set<Int>) { self.broken = broken }

    var inputShape: Shape { base.inputShape }
    var classNames: [String] { base.classNames }
    var count: Int { base.count }
    var hasLengths: Bool { base.hasLengths }

    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
      base.load(epoch: epoch, indices: indices, into: batch)
      for (place, index) in indices.enumerated() where broken.contains(index) {
        batch.view.row(step: 7, sample: place)[0] = .infinity
      }
    }
  }

  private func experiment(
    _ data: any Dataset, _ policy: NonFinitePolicy, compareRanks: Int = 0, compression: GradientCompression? = nil
  ) throws -> Experiment {
    var small = SmallExperiment()
    small.recurrent = { input, hidden in
      let rnn = try RNN(input: input, hiddenSize: hidden, nonlinearity: .relu, options: RecurrentOptions())
      return [rnn, BatchNorm(input: rnn.outputShape)]
    }
    let made = try small.make()
    var settings = made.settings
    settings.nonFinite = policy
    settings.compareRanks = compareRanks
    settings.compression = compression
    return Experiment(
      network: made.network, optimizer: made.optimizer, data: DataSplits(training: data), settings: settings)
  }

  /// Losses are named, too, if the backward pass needs much memory.
  @Test(arguments: [1, 3], ["rnn", "conv1d"])
  func theSamplesOfALossThatIsNotFiniteAreNamed(ranks: Int, kind: String) {
    #expect {
      _ = try ThreadCommunicator.run(ranks: ranks) { communicator in
        var small = SmallExperiment()
        small.recurrent = { input, hidden in
          if kind == "rnn" {
            return [try RNN(input: input, hiddenSize: hidden, nonlinearity: .relu, options: RecurrentOptions())]
          }
          let convolution = try Conv1d(input: input, outputs: 40, window: .steps(kernel: 3, padding: .same))
          return [convolution, try GlobalAveragePool(input: convolution.outputShape)]
        }
        let plain = try small.make()
        let made = Experiment(
          network: plain.network, optimizer: plain.optimizer, data: DataSplits(training: Broken([41, 77])),
          settings: plain.settings)
        _ = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: []).run()
      }
    } throws: { error in
      guard let failure = (error as? CommonFailure)?.failure else { return false }
      let words = failure.message
      return failure.exitCode == .software && words.hasPrefix("step ")
        && words.contains("the gradient of \(kind == "rnn" ? "0.weight_ih_l0" : "0.weight") (\(kind))")
        && (words.contains("samples 41, 77 of the training data") || words.contains("sample 41 of the training data")
          || words.contains("sample 77 of the training data"))
    }
  }

  @Test(arguments: [nil] + Compression.Format.allCases.map { GradientCompression(format: $0, parts: 3) })
  func stepsMayBeSkippedAndChangeNothing(compression: GradientCompression?) throws {
    let outcomes = try [1, 2, 5].map { ranks in
      try ThreadCommunicator.run(ranks: ranks) { communicator -> [UInt32] in
        let made = try experiment(Broken([41]), .skip, compression: compression)
        let recorder = Recorder()
        _ = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: [recorder]).run()
        // Once in each of the two epochs.
        #expect(recorder.steps.filter(\.isSkipped).count == 2)
        #expect(made.optimizer.stepCount == recorder.steps.count - 2)
        #expect(recorder.steps.allSatisfy { $0.learningRate == 0.01 }, "a skipped step has its rate")
        #expect(made.model.weights.counts == [Int64(recorder.steps.count - 2)], "skipped batches count nowhere")
        return try withExtendedLifetime(made) {
          let values = try made.model.weights.values.floats
          #expect(values.allSatisfy(\.isFinite) && made.model.weights.bufferValues.floats.allSatisfy(\.isFinite))
          return bits(values) + bits(made.model.weights.bufferValues.floats)
        }
      }[0]
    }
    #expect(Set(outcomes).count == 1)
  }

  /// The loss of an epoch, which a plateau observes, is that of the steps that counted.
  @Test func skippedStepsAreLeftOutOfTheEpochsLoss() throws {
    let made = try experiment(Broken([41]), .skip)
    let schedule = PlateauSchedule(factor: 0.5, patience: 0, threshold: 0)
    let watched = Experiment(
      network: made.network, optimizer: made.optimizer, data: made.data, settings: made.settings, schedule: schedule)
    let recorder = Recorder()
    _ = try Trainer(
      watched, workspace: watched.makeWorkspace(communicator: SoloCommunicator()), observers: [recorder]
    ).run()
    let means = (1...2).map { epoch in
      let steps = recorder.steps.filter { $0.epoch == epoch && !$0.isSkipped }
      let samples = steps.reduce(0) { $0 + $1.samples }
      #expect(samples < 100 && samples > 0)
      return steps.reduce(0) { $0 + $1.loss * Double($1.samples) } / Double(samples)
    }
    #expect(schedule.state["best"] == means.min())
  }

  @Test func totalsOnlyIncludeCountedSteps() {
    var totals = EpochTotals()
    #expect(totals.meanLoss == nil && totals.accuracy == nil)
    var report = StepReport()
    for (loss, samples, isSkipped) in [(2.0, 30, false), (.nan, 30, true), (4.0, 10, false)] {
      (report.loss, report.samples, report.isSkipped, report.accuracy) = (loss, samples, isSkipped, loss / 4)
      (report.seconds, report.learningRate) = (1, loss)
      totals.add(report)
    }
    #expect(totals.samples == 70 && totals.counted == 40 && totals.meanLoss == 2.5 && totals.accuracy == 0.625)
    #expect(totals.seconds == 3 && totals.learningRate == 4)
  }

  @Test func tooManySkippedStepsEndTheTraining() throws {
    let made = try experiment(Broken(Set(0..<100)), .skip)
    var settings = made.settings
    settings.epochs = 9
    let longer = Experiment(
      network: made.network, optimizer: made.optimizer, data: made.data, settings: settings)
    let recorder = Recorder()
    let trainer = try Trainer(
      longer, workspace: longer.makeWorkspace(communicator: SoloCommunicator()), observers: [recorder])
    let failure = try #require(throws: CommonFailure.self) { _ = try trainer.run() }.failure
    #expect(recorder.steps.count == 9 && recorder.steps.allSatisfy(\.isSkipped))
    #expect(failure.message.hasPrefix("step 10: the loss is "), "\(failure)")
    // The advice is not what the recipe already says.
    #expect(failure.advice?.hasPrefix("nonFinite: skip ends after 10 such steps in a row; try a") == true, "\(failure)")
  }

  /// Temporal order in which the labels of the first samples are ignored.
  private final class Unlabelled: Dataset {
    let base = TemporalOrder(level: .easy, count: 100, seed: 1, purpose: .trainingData)
    let ignored: Int

    init(_ ignored: Int) { self.ignored = ignored }

    var inputShape: Shape { base.inputShape }
    var classNames: [String] { base.classNames }
    var count: Int { base.count }
    var hasLengths: Bool { base.hasLengths }

    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
      base.load(epoch: epoch, indices: indices, into: batch)
      for (place, index) in indices.enumerated() where index < ignored { batch.classes[place] = -1 }
    }
  }

  private func trained(ignoring ignored: Int, steps: Int?, on communicator: any Communicator) throws -> (
    weights: [UInt32], initial: [UInt32], reports: [StepReport], updates: Int
  ) {
    let plain = try SmallExperiment().make()
    var settings = plain.settings
    settings.order = .ascending
    settings.steps = steps
    let made = Experiment(
      network: Network(
        model: plain.model, loss: CrossEntropy(logits: plain.model.outputShape, ignoreIndex: -1)),
      optimizer: plain.optimizer, data: DataSplits(training: Unlabelled(ignored)), settings: settings)
    let initial = try bits(made.model.weights.values.floats)
    let recorder = Recorder()
    _ = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: [recorder]).run()
    return try withExtendedLifetime(made) {
      (bits(try made.model.weights.values.floats), initial, recorder.steps, made.optimizer.stepCount)
    }
  }

  @Test func aBatchWithoutTargetsChangesNothing() throws {
    let first = try trained(ignoring: 33, steps: 1, on: SoloCommunicator())
    #expect(first.weights == first.initial && first.updates == 0)
    #expect(first.reports[0].isSkipped && first.reports[0].countsNothing && first.reports[0].loss.isNaN)
    #expect(first.reports[0].accuracy?.isNaN == true, "a share of nothing")
    let outcomes = try [1, 2, 5].map { ranks in
      try ThreadCommunicator.run(ranks: ranks) { try trained(ignoring: 33, steps: nil, on: $0) }[0]
    }
    for outcome in outcomes {
      #expect(outcome.weights == outcomes[0].weights && outcome.weights != outcome.initial)
      // The first of four steps in each of two epochs.
      #expect(outcome.reports.map(\.countsNothing) == [true, false, false, false, true, false, false, false])
      #expect(outcome.updates == 6)
    }
    // Any number of such batches is no fault.
    let all = try trained(ignoring: 100, steps: nil, on: SoloCommunicator())
    #expect(all.weights == all.initial && all.reports.count == 8)
  }

  /// Flips one bit of one weight after a step.
  private final class BitFlip: Observer {
    let model: Model
    init(_ model: Model) { self.model = model }

    func stepDidFinish(_ report: StepReport) throws {
      guard report.step == 3 else { return }
      let weight = model.parameters[1]
      let value = try model.weights.values(of: weight)[2]
      try model.weights.values(of: weight)[2] = Float(bitPattern: value.bitPattern ^ 1)
    }
  }

  @Test func aRankWhoseParametersDifferIsNamed() {
    #expect {
      _ = try ThreadCommunicator.run(ranks: 3) { communicator in
        let data = TemporalOrder(level: .easy, count: 100, seed: 1, purpose: .trainingData)
        let made = try experiment(data, .stop, compareRanks: 2)
        let observers = communicator.rank == 2 ? [BitFlip(made.model)] : []
        _ = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: observers).run()
      }
    } throws: { error in
      (error as? CommonFailure)?.failure.message
        == "before step 4: the ranks' parameters differ; the first that differs from rank 0's is 0.weight_hh_l0 of rank 2"
    }
  }
}
