import Datasets
import Layers
import Optimizers
import Tensors

/// Everything that a run needs: what is trained, on what, and how.
public struct Experiment {
  /// The model, its values set.
  public let model: Model
  /// The loss on the model's outputs.
  public let loss: any Loss
  /// The optimizer.
  public let optimizer: any Optimizer
  /// The learning rate over the run; `settings.learningRate` is its base.
  public let schedule: any Schedule
  /// The average of the weights that evaluations and the weights file take, or nil for the weights themselves.
  public let average: WeightAverage?
  /// What is trained on.
  public let training: any Dataset
  /// What is evaluated on, if anything.
  public let test: (any Dataset)?
  /// Numbers of the run.
  public let settings: TrainingSettings

  /// Bundles the parts.
  public init(
    model: Model, loss: any Loss, optimizer: any Optimizer, training: any Dataset, test: (any Dataset)?,
    settings: TrainingSettings, schedule: any Schedule = ConstantSchedule(), average: WeightAverage? = nil
  ) {
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
    self.training = training
    self.test = test
    self.settings = settings
    self.schedule = schedule
    self.average = average
  }

  /// The values that evaluations and the weights file take: the averaged ones where there is an average.
  public var evaluatedValues: FloatBuffer { average?.values ?? model.values }
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
  /// Epochs from one evaluation to the next; 0: only after the last.
  public var evaluateEvery: Int

  /// All numbers.
  public init(
    seed: UInt64, epochs: Int, steps: Int?, batch: Int, shards: Int, shuffles: Bool, learningRate: Double,
    clipNorm: Double?, evaluateEvery: Int, accumulate: Int = 1, clipValue: Double? = nil
  ) {
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
