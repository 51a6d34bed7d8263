import Collectives
import Datasets
import Layers
import Optimizers
import Tensors
import TestSupport

@testable import Training

/// A small experiment on temporal order, created on every rank.
struct SmallExperiment: Sendable {
  var hidden = 5
  var samples = 100
  var batch = 33
  var shards = 8
  var epochs = 2
  var evaluateEvery = 1
  var learningRate = 0.01
  var accumulate = 1
  var clipValue: Double?
  var averageDecay: Double?
  var averageInterval = 1
  var warmsUp = true
  var hasValidation = false
  var hasTest = true
  var reduction = Reduction.tree
  var compression: GradientCompression?
  var optimizerSharding = OptimizerSharding.auto
  var recordedTensors = StepCadence.never
  var precision = Precision.float32
  var monitor = Monitor()
  var stop: EarlyStop?
  var restoresBest = false
  var outliers: OutlierRule?
  var mixing: Mixing?
  var draws: WeightedDraws?
  /// The shares that ranks get after a step; nil for even ones throughout.
  var shares: (@Sendable (_ step: Int, _ ranks: Int) -> ShardShares?)?
  var optimizer: @Sendable (Model) throws -> any Optimizer = { try RMSprop(count: $0.valueCount) }
  var schedule: @Sendable () -> any Schedule = { ConstantSchedule() }
  /// The layers before the linear one, for inputs of a shape and a hidden size.
  var recurrent: @Sendable (Shape, Int) throws -> [any Layer] = { input, hidden in
    let first = LSTM(input: input, hiddenSize: hidden, output: .all)
    return [first, RNN(input: first.outputShape, hiddenSize: hidden + 1, nonlinearity: .tanh, output: .last)]
  }

  /// For `recurrent`: two stateful layers with dropout, and batch normalization.
  static let stateful: @Sendable (Shape, Int) throws -> [any Layer] = { input, hidden in
    var options = RecurrentOptions()
    options.layers = 2
    options.dropout = 0.3
    options.isStateful = true
    options.output = .all
    let gru = try GRU(input: input, hiddenSize: hidden, options: options)
    options.output = .last
    let lstm = try LSTM(input: gru.outputShape, hiddenSize: hidden, options: options)
    return [gru, lstm, BatchNorm(input: lstm.outputShape)]
  }

  func make() throws -> Experiment {
    let data = TemporalOrder(level: .easy, count: samples, seed: 1, purpose: .trainingData)
    let below = try recurrent(data.inputShape, hidden)
    let linear = Linear(input: below.last?.outputShape ?? data.inputShape, outputs: 4)
    let model = try Model(inputShape: data.inputShape, layers: below + [linear])
    model.initialize(seed: 3)
    var settings = TrainingSettings(
      seed: 1, epochs: epochs, steps: nil, batch: batch, shards: shards, order: .shuffled, learningRate: learningRate,
      clipNorm: 1, evaluateEvery: evaluateEvery, accumulate: accumulate, clipValue: clipValue,
      reduction: reduction, compression: compression, optimizerSharding: optimizerSharding,
      recordedTensors: recordedTensors, precision: precision)
    (settings.monitor, settings.stop, settings.restoresBest) = (monitor, stop, restoresBest)
    settings.outliers = outliers
    settings.mixing = mixing
    settings.draws = draws
    return Experiment(
      network: Network(model: model, loss: CrossEntropy(logits: model.outputShape)), optimizer: try optimizer(model),
      data: DataSplits(
        training: data,
        validation: hasValidation ? TemporalOrder(level: .easy, count: 40, seed: 1, purpose: .validationData) : nil,
        test: hasTest ? TemporalOrder(level: .easy, count: 50, seed: 1, purpose: .testData) : nil),
      settings: settings,
      schedule: schedule(),
      average: try averageDecay.map {
        try WeightAverage(
          of: model.weights.values, buffers: model.weights.bufferValues, decay: $0, warmsUp: warmsUp,
          interval: averageInterval)
      })
  }

  func workspace(_ experiment: Experiment, _ communicator: any Communicator) throws -> Workspace {
    try experiment.makeWorkspace(communicator: communicator)
  }

  /// Trains to the end on ranks that are threads; returns the bits of rank 0's final weights, and all reports.
  func train(ranks: Int) throws -> Outcome { try train(machines: [Array(0..<ranks)]) }

  /// Trains on ranks on machines, with buckets of `bucketBytes`.
  func train(machines: [[Int]], bucketBytes: Int = 1 << 20) throws -> Outcome {
    let outcomes = try onOneInstructionSet {
      try ThreadCommunicator.run(machines: machines) { try train(on: $0, bucketBytes: bucketBytes) }
    }
    return outcomes[0]
  }

  private func train(on communicator: any Communicator, bucketBytes: Int) throws -> Outcome {
    let experiment = try make()
    let recorder = Recorder()
    let trainer = try Trainer(
      experiment, workspace: workspace(experiment, communicator), observers: communicator.isRoot ? [recorder] : [],
      link: LinkSpeed(latency: 1e-3, bytesPerSecond: 1e9, bucketBytes: bucketBytes))
    trainer.givenShares = shares.map { shares in { shares($0, communicator.size) } }
    _ = try trainer.run()
    // The floats are pointers into the experiment's memory.
    return try withExtendedLifetime(experiment) {
      Outcome(
        weights: try experiment.model.weights.values.floats.map(\.bitPattern),
        evaluatedWeights: try experiment.evaluatedWeights.values.floats.map(\.bitPattern),
        losses: recorder.steps.map(\.loss),
        norms: recorder.steps.map(\.gradientNorm), rates: recorder.steps.map(\.learningRate),
        accuracies: recorder.steps.map(\.accuracy), samples: recorder.steps.map(\.samples),
        evaluations: recorder.evaluations, buffers: experiment.model.weights.bufferValues.floats.map(\.bitPattern),
        counts: Dictionary(
          uniqueKeysWithValues: zip(experiment.model.counters.map(\.name), experiment.model.weights.counts)),
        shares: recorder.shares.map(\.shares))
    }
  }
}

struct Outcome: Sendable {
  let weights, evaluatedWeights: [UInt32]
  let losses, norms, rates: [Double]
  let accuracies: [Double?]
  let samples: [Int]
  let evaluations: [EvaluationReport]
  let buffers: [UInt32]
  let counts: [String: Int64]
  /// The shares after each change.
  let shares: [[Int]]
}

final class Recorder: Observer {
  private(set) var steps: [StepReport] = []
  private(set) var evaluations: [EvaluationReport] = []
  private(set) var shares: [ShareReport] = []
  private(set) var totalSteps = 0

  func runWillStart(step: Int, totalSteps: Int) { self.totalSteps = totalSteps }
  func stepDidFinish(_ report: StepReport) { steps.append(report) }
  func evaluationDidFinish(_ report: EvaluationReport) { evaluations.append(report) }
  func sharesDidChange(_ report: ShareReport) { shares.append(report) }
}
