import Recipes
import Training

/// What a training takes of the memory of its only rank, in bytes, besides the samples. Of several ranks of a machine each
/// takes about as much, but for the copies, which rank 0 alone makes.
public struct TrainingMemory {
  /// The weights, and their average.
  public let weights: Int
  /// The gradients.
  public let gradients: Int
  /// What the optimizer keeps from step to step.
  public let optimizer: Int
  /// Activations, their gradients, and packed weights.
  public let activations: Int
  /// Copies of all that is saved, while it is written.
  public let checkpoints: Int
  /// Copies of what is recorded: histograms and pictures.
  public let records: Int

  /// All of it.
  public var total: Int { weights + gradients + optimizer + activations + checkpoints + records }

  /// That of a recipe's training in a workspace.
  public init(_ recipe: Recipe, _ experiment: Experiment, workspace: Workspace) {
    let size = MemoryLayout<Float>.stride
    let values = size * experiment.model.valueCount
    let sets = 1 + (experiment.average == nil ? 0 : 1)
    let state = experiment.optimizer.state.reduce(0) { $0 + size * $1.values.count }
    weights = sets * values
    gradients = values * (experiment.settings.accumulate > 1 ? 2 : 1)
    optimizer = state
    activations = workspace.arenaBytes
    // The newest state, the best weights, and what is laid out for the files.
    checkpoints = (sets * values + state) + sets * values + (values + state)
    let samples = experiment.data.training.count
    let drawsPictures = recipe.record.imageCadence(experiment.settings, samples: samples).every > 0
    // The gradient before clipping, and both for the thread that writes; a network of its own draws the pictures.
    records = (experiment.settings.recordedTensors.every > 0 ? 3 * values : 0) + (drawsPictures ? values : 0)
  }
}
