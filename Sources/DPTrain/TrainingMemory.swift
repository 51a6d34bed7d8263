import Recipes
import Tensors
import Training

/// The memory of a training on one rank, in bytes, without the samples. Each of several ranks needs about as much, but only
/// rank 0 makes the copies.
public struct TrainingMemory {
  /// The weights and their average.
  public let weights: Int
  /// The gradients.
  public let gradients: Int
  /// The optimizer's state.
  public let optimizer: Int
  /// Activations and their gradients.
  public let activations: Int
  /// Packed weights and shared scratch.
  public let packed: Int
  /// Activations with their gradients, and all memory, if the precision were the other one.
  public private(set) var other: (precision: Precision, activations: Int, total: Int)
  /// Copies for checkpoints while they are written.
  public let checkpoints: Int
  /// Copies for histograms and pictures.
  public let records: Int

  /// The sum of all.
  public var total: Int { weights + gradients + optimizer + activations + packed + checkpoints + records }

  /// The memory of a recipe's training in a workspace.
  public init(_ recipe: Recipe, _ experiment: Experiment, workspace: Workspace) {
    let size = MemoryLayout<Float>.stride
    let values = size * experiment.model.valueCount
    let sets = 1 + (experiment.average == nil ? 0 : 1)
    let state = experiment.optimizer.state.reduce(0) { $0 + size * $1.values.count }
    weights = sets * values
    gradients = values * (experiment.settings.accumulate > 1 ? 2 : 1)
    optimizer = state
    (activations, packed) = workspace.bytes(in: experiment.settings.precision)
    // The newest state, the best weights, and the copy laid out for the files.
    checkpoints = (sets * values + state) + sets * values + (values + state)
    let samples = experiment.samplesPerEpoch
    let drawsPictures = recipe.record.imageCadence(experiment.settings, samples: samples).every > 0
    // The gradient before clipping, and copies of it and the weights for the writing thread; the pictures' own network.
    records = (experiment.settings.recordedTensors.every > 0 ? 3 * values : 0) + (drawsPictures ? values : 0)
    let precision: Precision = experiment.settings.precision == .float32 ? .bfloat16 : .float32
    let bytes = workspace.bytes(in: precision)
    other = (precision, bytes.activations, 0)
    other.total = total - activations - packed + bytes.activations + bytes.kept
  }
}
