import Datasets
import Tensors

/// The numbers of a run.
public struct TrainingSettings: Sendable {
  /// The seed of all random numbers.
  public var seed: UInt64
  /// Passes over the data.
  public var epochs: Int
  /// The number of steps after which training ends, even within an epoch; nil for no limit.
  public var steps: Int?
  /// Samples of a global batch.
  public var batch: Int
  /// The number of batches whose gradients are added for one step.
  public var accumulate: Int
  /// Shards of a global batch.
  public var shards: Int
  /// How each epoch orders its samples.
  public var order: SampleOrder
  /// How many shards an epoch mixes at a time; nil for all samples.
  public var shuffleWindow: Int?
  /// How each epoch draws samples with replacement; nil if it has every sample once.
  public var draws: WeightedDraws?
  /// The base learning rate of the schedule.
  public var learningRate: Double
  /// Limit of the gradient's norm; nil for none.
  public var clipNorm: Double?
  /// Limit of each value of the gradient, applied before that of the norm; nil for none.
  public var clipValue: Double?
  /// Which gradients are shortened, before they are clipped; nil for none.
  public var outliers: OutlierRule?
  /// The policy for steps whose loss or gradient is not finite.
  public var nonFinite: NonFinitePolicy
  /// Steps between two comparisons of all ranks' parameters; 0 for none.
  public var compareRanks: Int
  /// Epochs between two evaluations; 0 for only one, after the last epoch.
  public var evaluateEvery: Int
  /// The way in which gradients are added over the ranks.
  public var reduction: Reduction
  /// The rounding of gradients; nil for none.
  public var compression: GradientCompression?
  /// Whether the update of the weights is divided among the ranks.
  public var optimizerSharding: OptimizerSharding
  /// How the ranks share the shards.
  public var balance = RankBalance.even
  /// The precision of activations and of their gradients.
  public var precision: Precision
  /// The metric by which the best weights are chosen, a plateau schedule acts, and training stops early.
  public var monitor = Monitor()
  /// When training ends before its last step; nil for never.
  public var stop: EarlyStop?
  /// Whether training ends with the best weights on the validation samples in place of the last ones. Only with checkpoints.
  public var restoresBest = false
  /// How the training samples of a batch are mixed with each other; nil if they are not.
  public var mixing: Mixing?
  /// The steps whose weights and gradients observers get, in addition to unusual steps. With `never` they get none at all.
  public var recordedTensors: StepCadence

  /// Settings with these values.
  public init(
    seed: UInt64, epochs: Int, steps: Int?, batch: Int, shards: Int, order: SampleOrder, learningRate: Double,
    clipNorm: Double?, evaluateEvery: Int, accumulate: Int = 1, clipValue: Double? = nil,
    nonFinite: NonFinitePolicy = .stop, compareRanks: Int = 0, reduction: Reduction = .tree,
    compression: GradientCompression? = nil, optimizerSharding: OptimizerSharding = .auto,
    recordedTensors: StepCadence = .never, precision: Precision = .float32
  ) {
    self.precision = precision
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
    self.order = order
    self.learningRate = learningRate
    self.clipNorm = clipNorm
    self.evaluateEvery = evaluateEvery
    self.accumulate = accumulate
    self.clipValue = clipValue
  }

  /// The number of samples of a step; the last of an epoch may have fewer.
  public var samplesPerStep: Int { batch * accumulate }

  /// The number of steps in an epoch of `samples` samples.
  public func stepsPerEpoch(samples: Int) -> Int { (samples + samplesPerStep - 1) / samplesPerStep }

  /// The number of steps of the run with `samples` samples per epoch.
  public func totalSteps(samples: Int) -> Int {
    let (all, overflow) = epochs.multipliedReportingOverflow(by: stepsPerEpoch(samples: samples))
    return min(overflow ? .max : all, steps ?? .max)
  }
}
