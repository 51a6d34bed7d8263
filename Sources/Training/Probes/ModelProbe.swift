import Collectives
import Datasets
import Layers
import Tensors

/// The states of a recurrent layer for some samples.
public struct RecurrentStates: Sendable {
  /// The layer's place, as at the start of its parameters' names, for example `0`.
  public let place: String
  /// Its level and direction, as at the end of its parameters' names, for example `l0`; nil if it has only one.
  public let level: String?
  /// The layer's name in recipes.
  public let kind: String
  /// Whether it runs from the sequence's end to its start.
  public let isReverse: Bool
  /// The number of valid steps of each sample in this layer's input.
  public let lengths: [Int]
  /// h[t] after each step.
  public let hidden: ProbedValues
  /// c[t] after each step: LSTM only.
  public let cell: ProbedValues?
  /// ∂ℓ/∂h[t], with the sample's own loss ℓ over all its steps; nil if gradients were not asked for.
  public let hiddenGradient: ProbedValues?
}

/// Records a model's inner values for chosen samples, on this rank alone. It changes nothing, and layers work as in
/// evaluations.
public struct ModelProbe {
  /// The recorded values.
  public struct Result {
    /// The inputs.
    public let inputs: ProbedValues
    /// The number of valid steps of each sample.
    public let lengths: [Int]
    /// The outputs of all layers, in the order in which they ran.
    public let outputs: [LayerOutput]
    /// The states of the model's recurrent layers, without those within other layers.
    public let states: [RecurrentStates]
  }

  private let network: Network
  private let seed: UInt64
  private let precision: Precision

  /// A probe of a network, with its own memory; layers compute in the `precision`.
  public init(_ network: Network, seed: UInt64, precision: Precision = .float32) {
    self.network = network
    self.seed = seed
    self.precision = precision
  }

  /// Whether gradients are correct here. They are not with batch normalization, whose backward pass is that of training.
  public var canGoBack: Bool {
    !network.model.layers.nested.contains { $0 is BatchNorm }
  }

  /// Runs the model on samples of an epoch: forwards, and with `gradients` backwards if it `canGoBack`.
  /// - Throws: `Failure` if samples cannot be read, or memory is short.
  public func run(on data: any Dataset, samples: [Int], epoch: Int = 0, gradients: Bool) throws -> Result {
    let model = network.model
    let recurrent = model.layers.enumerated().compactMap { index, layer in
      (layer as? RecurrentLayer).map { (place: index, layer: $0) }
    }
    let workspace = try Workspace(
      network, batch: samples.count, shards: 1, seed: seed, communicator: SoloCommunicator(), keepsOutputs: true,
      precision: precision)
    let batch = try Batch(for: data, capacity: samples.count)
    let memory = try FloatBuffer(count: model.valueCount)
    let context = workspace.context(gradients: memory.base, nodeStride: memory.count)
    try samples.withUnsafeBufferPointer { try data.load(epoch: epoch, indices: $0, into: batch) }
    _ = workspace.shards.divide(batch: 0..<samples.count)
    let lengths = samples.indices.map { batch.steps(ofSample: $0) }
    let recorder = OutputRecorder(model)
    let program = workspace.program
    try workspace.pack(context)
    context.layerObserver = recorder
    let outputs = try program.forward(batch.view, context)
    context.layerObserver = nil
    let goesBack = gradients && canGoBack
    // Copy the states now, as the backward pass reuses their memory.
    var states = recurrent.flatMap { item in
      let traces = program.traces(of: item.layer, context)
      let before = Array(model.layers.prefix(item.place))
      let steps = lengths.map { data.hasLengths ? before.outputSteps(from: $0) : item.layer.inputShape.steps }
      return traces.map { copy($0, of: item, lengths: steps, isAlone: traces.count == 1) }
    }
    if goesBack {
      let gradient = workspace.lossPass.evaluate(outputs, targets: batch.targets, context, gradient: true)
      _ = try program.backward(gradient, context)
      let kept = recurrent.flatMap {
        program.traces(of: $0.layer, context).map { $0.hiddenGradient.map(ProbedValues.init) }
      }
      states = zip(states, kept).map { $0.with(gradient: $1) }
    }
    return Result(inputs: ProbedValues(batch.view), lengths: lengths, outputs: recorder.outputs, states: states)
  }

  private func copy(
    _ trace: RecurrentTrace, of item: (place: Int, layer: RecurrentLayer), lengths: [Int], isAlone: Bool
  ) -> RecurrentStates {
    RecurrentStates(
      place: network.model.list.name(of: item.place), level: isAlone ? nil : trace.name, kind: item.layer.kind,
      isReverse: trace.isReverse,
      lengths: lengths, hidden: ProbedValues(trace.hidden), cell: trace.cell.map(ProbedValues.init), hiddenGradient: nil
    )
  }
}

extension RecurrentStates {
  fileprivate func with(gradient: ProbedValues?) -> RecurrentStates {
    RecurrentStates(
      place: place, level: level, kind: kind, isReverse: isReverse, lengths: lengths, hidden: hidden, cell: cell,
      hiddenGradient: gradient
    )
  }
}
