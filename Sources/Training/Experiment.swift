import Collectives
import Datasets
import Diagnostics
import Layers
import Optimizers
import Tensors

/// Everything that a recipe makes: network, optimizer, schedule and data.
public struct Experiment {
  /// The model, its values set, and the loss on its outputs.
  public let network: Network
  /// The optimizer.
  public let optimizer: any Optimizer
  /// The learning rate over the run; `settings.learningRate` is its base.
  public internal(set) var schedule: any Schedule
  /// The average of the weights that evaluations and the weights file take, or nil for the weights themselves.
  public let average: WeightAverage?
  /// The data for training and evaluations.
  public let data: DataSplits
  /// Numbers of the run.
  public internal(set) var settings: TrainingSettings
  /// A sentence for each setting that is allowed but probably a mistake, and for each notice about the data.
  public let warnings: [String]
  /// The weights that evaluations and the weights file take: the averaged ones if there is an average, else the model's.
  public let evaluatedWeights: Weights
  /// What was loaded from a weights file; nil if all weights were drawn.
  package var loadedWeights: LoadedWeights?
  /// The metrics that evaluations measure.
  public var metrics: [Metric]
  /// The weights by which the loss balances the training samples; nil if it does not.
  package var balancingWeights: [Double]?
  /// What is frozen; nil if nothing is.
  public var freezing: Freezing?
  private let makeLayers: ((Shape) throws -> LayerPart)?

  /// An experiment of its parts. `makeLayers` makes the model's layers for another input shape, for evaluations on longer or
  /// shorter sequences. `warnings` precede those about the data.
  public init(
    network: Network, optimizer: any Optimizer, data: DataSplits, settings: TrainingSettings,
    schedule: any Schedule = ConstantSchedule(), average: WeightAverage? = nil, warnings: [String] = [],
    makeLayers: ((Shape) throws -> LayerPart)? = nil
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
    metrics = MetricTask(network).usual
  }

  /// The model.
  public var model: Model { network.model }

  /// The loss on the model's outputs.
  public var loss: any Loss { network.loss }

  /// The number of samples in an epoch of the training.
  public var samplesPerEpoch: Int { settings.draws?.count ?? data.training.count }

  /// Makes a sampler that gives the order of each epoch's samples.
  /// - Throws: `Failure` (system) if memory is short.
  public func makeSampler() throws -> Sampler {
    let (steps, perEpoch) = (
      settings.totalSteps(samples: samplesPerEpoch), settings.stepsPerEpoch(samples: samplesPerEpoch)
    )
    return try Sampler(
      data.training, order: settings.order, draws: settings.draws, shuffleWindow: settings.shuffleWindow,
      epochs: (steps - 1) / max(1, perEpoch) + 1, seed: settings.seed)
  }

  /// The network with the weights that evaluations take. It shares them, so training changes them here too.
  public var evaluatedNetwork: Network { Network(model: Model(model, weights: evaluatedWeights), loss: loss) }

  /// Whether a plateau schedule judges training by evaluations on validation samples; else it uses the training loss. Test
  /// samples decide nothing.
  public var watchesValidation: Bool { data.validation != nil && settings.evaluateEvery > 0 }

  /// Makes the workspace for training on this rank. Call it once, before the data are used.
  /// - Throws: `Failure` (usage) if there are more ranks than shards, (system) if memory is short.
  public func makeWorkspace(communicator: any Communicator) throws -> Workspace {
    try share(communicator)
    // The trainer makes it, when files have been written already.
    try Sampler.checkMemory(data.training, order: settings.order, draws: settings.draws)
    return try Workspace(network, settings: settings, communicator: communicator)
  }

  /// Tells the data what this rank may use of its machine. Every rank calls it.
  private func share(_ communicator: any Communicator) throws {
    var refused = 0
    let isShared = communicator.machines.contains { $0.count > 1 }
    let machine = MachineShare(
      ranks: communicator.neighbours.count, idleProcessors: communicator.idleProcessors)
    try data.use(machine) { bytes in
      guard isShared else { return nil }
      // The first rank of a machine asks for the whole, the others for none.
      let own = communicator.neighbours.first == communicator.rank ? bytes : 0
      guard let memory = try communicator.shareGrowingMemory(byteCount: own) else {
        refused += bytes
        return nil
      }
      return CacheMemory(
        UnsafeMutableRawBufferPointer(start: memory.areas[0].baseAddress, count: bytes), reserve: memory.reserve,
        release: { withExtendedLifetime(memory) {} })
    }
    if refused > 0, communicator.isRoot {
      complain(
        "dp-train: the ranks of a machine cannot share memory, so each keeps images of its own, in its part of data.cache"
      )
    }
  }

  /// An evaluator of one part of the data, the training samples without random transforms: in `workspace` if its inputs
  /// have the model's shape, else in memory of its own. With `repeats` it keeps what frozen layers make of the samples.
  /// - Throws: `Failure` (configuration) if the model takes no inputs of that shape, (system) if memory is short.
  public func makeEvaluator(on split: Split, workspace: Workspace, repeats: Bool = false) throws -> Evaluator? {
    try makeEvaluator(on: split, workspace: workspace, repeats: repeats, continuing: nil)
  }

  /// The same, to continue the evaluations of `former` after its workspace was divided anew.
  func makeEvaluator(
    on split: Split, workspace: Workspace, repeats: Bool, continuing former: Evaluator?
  ) throws -> Evaluator? {
    guard let samples = data.measured(split) else { return nil }
    let cacheBytes = repeats ? freezing?.cacheBytes ?? 0 : 0
    let shape = samples.inputShape
    if shape == model.inputShape {
      return try Evaluator(
        data: samples, split: split, workspace: workspace, weights: evaluatedWeights, cacheBytes: cacheBytes,
        metrics: metrics, continuing: former)
    }
    let own = try former?.workspace ?? makeWorkspace(for: shape, of: split, like: workspace)
    return try Evaluator(
      data: samples, split: split, workspace: own, weights: evaluatedWeights, cacheBytes: cacheBytes,
      metrics: metrics, continuing: former)
  }

  /// A workspace for inputs of another shape than the model's.
  private func makeWorkspace(for shape: Shape, of split: Split, like workspace: Workspace) throws -> Workspace {
    guard let layers = try makeLayers?(shape), let other = Model(model, inputShape: shape, layers) else {
      throw model.misfit(of: shape, in: split)
    }
    return try Workspace(
      Network(model: other, loss: loss), settings: settings, shares: workspace.tree.shares,
      communicator: workspace.communicator)
  }
}
