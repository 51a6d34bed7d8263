import Collectives
import Datasets
import Diagnostics
import Layers
import Optimizers
import Tensors

/// Everything that a run needs: what is trained, on what, and how.
public struct Experiment {
  /// The model, its values set, and the loss on its outputs.
  public let network: Network
  /// The optimizer.
  public let optimizer: any Optimizer
  /// The learning rate over the run; `settings.learningRate` is its base.
  public let schedule: any Schedule
  /// The average of the weights that evaluations and the weights file take, or nil for the weights themselves.
  public let average: WeightAverage?
  /// What is trained and evaluated on.
  public let data: DataSplits
  /// Numbers of the run.
  public let settings: TrainingSettings
  /// What is allowed but surely not meant, and what people should know of the data, a sentence each.
  public let warnings: [String]
  /// The weights that evaluations and the weights file take: the averaged ones if there is an average, else the model's.
  public let evaluatedWeights: Weights
  private let makeLayers: ((Shape) throws -> [any Layer])?

  /// Bundles the parts; `makeLayers` makes the model's layers for inputs of another shape, for evaluations on longer or
  /// shorter sequences; `warnings` come before those about the data.
  public init(
    network: Network, optimizer: any Optimizer, data: DataSplits, settings: TrainingSettings,
    schedule: any Schedule = ConstantSchedule(), average: WeightAverage? = nil, warnings: [String] = [],
    makeLayers: ((Shape) throws -> [any Layer])? = nil
  ) {
    self.network = network
    self.optimizer = optimizer
    self.schedule = schedule
    self.average = average
    let weights = network.model.weights
    evaluatedWeights =
      average.map { Weights(following: weights, values: $0.values, bufferValues: $0.buffers) } ?? weights
    self.data = data
    self.settings = settings
    self.warnings = warnings + data.notices
    self.makeLayers = makeLayers
  }

  /// The model.
  public var model: Model { network.model }

  /// The loss on the model's outputs.
  public var loss: any Loss { network.loss }

  /// The network with the weights that evaluations take. It shares them: what training changes changes here.
  public var evaluatedNetwork: Network { Network(model: Model(model, weights: evaluatedWeights), loss: loss) }

  /// Whether the course of training is judged by evaluations on validation samples, by which a plateau lowers the learning
  /// rate; else it is judged by the training loss. Test samples decide on nothing.
  public var watchesValidation: Bool { data.validation != nil && settings.evaluateEvery > 0 }

  /// The memory to train in on this rank; once, before the data are used.
  /// - Throws: `Failure` (usage) where there are more ranks than shards, (system) where memory is short.
  public func makeWorkspace(communicator: any Communicator) throws -> Workspace {
    data.share(amongRanks: communicator.neighbours.count)
    return try Workspace(network, settings: settings, communicator: communicator)
  }

  /// What evaluates one part of the data, the training samples without random transforms: in `workspace` where its inputs
  /// have the model's shape, else in memory of its own.
  /// - Throws: `Failure` (configuration) where the model takes no inputs of that shape, (system) where memory is short.
  public func makeEvaluator(on split: Split, workspace: Workspace) throws -> Evaluator? {
    guard let samples = data.measured(split) else { return nil }
    let shape = samples.inputShape
    if shape == model.inputShape {
      return try Evaluator(data: samples, split: split, workspace: workspace, weights: evaluatedWeights)
    }
    guard let layers = try makeLayers?(shape), let other = Model(model, inputShape: shape, layers: layers) else {
      throw model.misfit(of: shape, in: split)
    }
    let own = try Workspace(
      Network(model: other, loss: loss), settings: settings, communicator: workspace.communicator)
    return try Evaluator(data: samples, split: split, workspace: own, weights: evaluatedWeights)
  }
}

/// The numbers of a run.
public struct TrainingSettings: Sendable {
  /// Seed of everything random.
  public var seed: UInt64
  /// Passes over the data.
  public var epochs: Int
  /// Steps (updates of the weights) after which training ends even within an epoch, or nil.
  public var steps: Int?
  /// Samples of a global batch.
  public var batch: Int
  /// Batches whose gradients are added up for one step.
  public var accumulate: Int
  /// Shards of a global batch.
  public var shards: Int
  /// Whether each epoch has an order of its own.
  public var shuffles: Bool
  /// Step size, which the schedule starts from.
  public var learningRate: Double
  /// Limit of the gradient's norm, or nil.
  public var clipNorm: Double?
  /// Limit of each value of the gradient, or nil; applied before the norm's.
  public var clipValue: Double?
  /// What happens where a loss or a gradient is not finite.
  public var nonFinite: NonFinitePolicy
  /// Steps from one comparison of all ranks' parameters to the next; 0: never.
  public var compareRanks: Int
  /// Epochs from one evaluation to the next; 0: only after the last.
  public var evaluateEvery: Int
  /// How gradients are added up over the ranks.
  public var reduction: Reduction
  /// How gradients are rounded, or nil.
  public var compression: GradientCompression?
  /// Whether the ranks share out the update of the weights.
  public var optimizerSharding: OptimizerSharding
  /// The steps whose weights and gradients observers are given, besides unusual steps; never: none at all.
  public var recordedTensors: StepCadence

  /// All numbers.
  public init(
    seed: UInt64, epochs: Int, steps: Int?, batch: Int, shards: Int, shuffles: Bool, learningRate: Double,
    clipNorm: Double?, evaluateEvery: Int, accumulate: Int = 1, clipValue: Double? = nil,
    nonFinite: NonFinitePolicy = .stop, compareRanks: Int = 0, reduction: Reduction = .tree,
    compression: GradientCompression? = nil, optimizerSharding: OptimizerSharding = .auto,
    recordedTensors: StepCadence = .never
  ) {
    self.recordedTensors = recordedTensors
    self.optimizerSharding = optimizerSharding
    self.reduction = reduction
    self.compression = compression
    self.nonFinite = nonFinite
    self.compareRanks = compareRanks
    self.seed = seed
    self.epochs = epochs
    self.steps = steps
    self.batch = batch
    self.shards = shards
    self.shuffles = shuffles
    self.learningRate = learningRate
    self.clipNorm = clipNorm
    self.evaluateEvery = evaluateEvery
    self.accumulate = accumulate
    self.clipValue = clipValue
  }

  /// Samples of one step, the last of an epoch perhaps excepted.
  public var samplesPerStep: Int { batch * accumulate }

  /// Steps of an epoch of so many samples; the last may have fewer than the others.
  public func stepsPerEpoch(samples: Int) -> Int { (samples + samplesPerStep - 1) / samplesPerStep }

  /// Steps of the whole run with so many samples an epoch.
  public func totalSteps(samples: Int) -> Int {
    let (all, overflow) = epochs.multipliedReportingOverflow(by: stepsPerEpoch(samples: samples))
    return min(overflow ? .max : all, steps ?? .max)
  }
}
