import Collectives
import Datasets
import Layers
import Optimizers
import Tensors
import Testing
import Training

/// Evaluation on the parts of a data source.
struct SplitTests {
  /// An LSTM on the easy level, measured on other data.
  private func experiment(_ data: DataSplits, steps: Bool) throws -> Experiment {
    func layers(_ shape: Shape) -> [any Layer] {
      let recurrent = LSTM(input: shape, hiddenSize: 6, output: .last)
      return [
        recurrent, BatchNorm(input: recurrent.outputShape), Linear(input: recurrent.outputShape, outputs: 4),
      ]
    }
    let shape = data.training.inputShape
    let model = try Model(inputShape: shape, layers: layers(shape))
    model.initialize(seed: 5)
    let made = Network(model: model, loss: CrossEntropy(logits: model.outputShape))
    return Experiment(
      network: made, optimizer: try RMSprop(count: made.model.weights.values.count), data: data,
      settings: TrainingSettings(
        seed: 1, epochs: 2, steps: nil, batch: 32, shards: 4, order: .ascending, learningRate: 0.01, clipNorm: nil,
        evaluateEvery: 1),
      makeLayers: steps ? { LayerPart(layers($0)) } : nil)
  }

  private func sequences(_ level: TemporalOrder.Level, _ count: Int, _ purpose: RandomPurpose) -> TemporalOrder {
    TemporalOrder(level: level, count: count, seed: 1, purpose: purpose)
  }

  @Test(arguments: [1, 3])
  func validationJudgesTheCourseAndTestTheResult(ranks: Int) throws {
    let outcomes = try ThreadCommunicator.run(ranks: ranks) { communicator -> [EvaluationReport] in
      let made = try experiment(
        DataSplits(
          training: sequences(.easy, 96, .trainingData), validation: sequences(.easy, 40, .testData),
          test: sequences(.normal, 50, .testData)), steps: true)
      let recorder = Recorder()
      let summary = try Trainer(
        made, workspace: made.makeWorkspace(communicator: communicator), observers: [recorder]
      ).run()
      #expect(recorder.evaluations.map(\.split) == [.validation, .validation, .test])
      #expect(summary.evaluations.map(\.split) == [.validation, .test])
      #expect(summary.evaluations.map(\.samples) == [40, 50])
      // A model made for the longer sequences, with the trained values, gives the same.
      let other = try #require(
        try made.makeEvaluator(on: .test, workspace: made.makeWorkspace(communicator: communicator)))
      #expect(try other.run(step: 0, epoch: 0).loss == summary.evaluations[1].loss)
      return summary.evaluations
    }
    let alone = try ThreadCommunicator.run(ranks: 1) { communicator -> Double in
      let made = try experiment(
        DataSplits(training: sequences(.easy, 96, .trainingData), test: sequences(.normal, 50, .testData)), steps: true)
      let summary = try Trainer(made, workspace: made.makeWorkspace(communicator: communicator), observers: []).run()
      return summary.evaluations[0].loss
    }
    #expect(outcomes.allSatisfy { $0[1].loss == alone[0] })
  }

  @Test func samplesOfAShapeThatTheModelCannotTakeAreRefused() throws {
    let made = try experiment(
      DataSplits(training: sequences(.easy, 32, .trainingData), test: sequences(.normal, 10, .testData)), steps: false)
    #expect(throws: (any Error).self) {
      _ = try Trainer(made, workspace: made.makeWorkspace(communicator: SoloCommunicator()), observers: [])
    }
  }

  @Test func partsAreListedAndChosen() {
    let (training, validation) = (sequences(.easy, 1, .trainingData), sequences(.easy, 2, .testData))
    #expect(DataSplits(training: training).monitored == nil)
    #expect(DataSplits(training: training, test: validation).monitored == .test)
    let both = DataSplits(training: training, validation: validation, test: validation)
    #expect(both.monitored == .validation)
    #expect(both.all.map(\.split) == [.training, .validation, .test])
    #expect(both.measured(.training) === training && both.measured(.test) === validation)
    #expect(DataSplits(training: training, measuredTraining: validation).measured(.training) === validation)
  }
}
