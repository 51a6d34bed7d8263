import Datasets
import Layers
import Optimizers

/// Everything that a run needs: what is trained, on what, and how.
public struct Experiment {
  /// The model, its values set.
  public let model: Model
  /// The loss on the model's outputs.
  public let loss: CrossEntropy
  /// The optimizer.
  public let optimizer: any Optimizer
  /// What is trained on.
  public let training: any Dataset
  /// What is evaluated on, if anything.
  public let test: (any Dataset)?
  /// Numbers of the run.
  public let settings: TrainingSettings

  /// Bundles the parts.
  public init(
    model: Model, loss: CrossEntropy, optimizer: any Optimizer, training: any Dataset, test: (any Dataset)?,
    settings: TrainingSettings
  ) {
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
    self.training = training
    self.test = test
    self.settings = settings
  }
}

/// The numbers of a run.
public struct TrainingSettings: Sendable {
  /// Seed of everything random.
  public var seed: UInt64
  /// Passes over the data.
  public var epochs: Int
  /// Steps after which training ends even within an epoch, or nil.
  public var steps: Int?
  /// Samples of a global batch.
  public var batch: Int
  /// Shards of a global batch.
  public var shards: Int
  /// Whether each epoch has an order of its own.
  public var shuffles: Bool
  /// Step size.
  public var learningRate: Double
  /// Limit of the gradient's norm, or nil.
  public var clipNorm: Double?
  /// Epochs from one evaluation to the next; 0: only after the last.
  public var evaluateEvery: Int

  /// All numbers.
  public init(
    seed: UInt64, epochs: Int, steps: Int?, batch: Int, shards: Int, shuffles: Bool, learningRate: Double,
    clipNorm: Double?, evaluateEvery: Int
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
  }
}
