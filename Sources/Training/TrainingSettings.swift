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
  /// What happens if a loss or a gradient is not finite.
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
