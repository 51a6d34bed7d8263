import Formats
import Layers
import Optimizers
import Tensors

/// A copy in memory of all vectors of a checkpoint. Another thread writes it to files later.
final class Snapshot {
  private let experiment: Experiment
  private let weights: Weights
  /// The averaged weights, if there is an average.
  private let average: Weights?
  private let state: [OptimizerState]
  private var carried: [SafetensorsFile.Tensor] = []
  private var residuals: [[Float]] = []

  /// Allocates memory for a checkpoint of an experiment, with or without the optimizer's state.
  /// - Throws: `Failure` (system) if memory is short.
  init(_ experiment: Experiment, includesState: Bool) throws {
    self.experiment = experiment
    weights = try Weights(roomFor: experiment.model.weights)
    average = experiment.average == nil ? nil : try Weights(roomFor: experiment.evaluatedWeights)
    state = includesState ? try Snapshot.makeState(experiment) : []
  }

  /// Allocates memory for the optimizer's state of all parameters, even if this rank's optimizer only has slices.
  static func makeState(_ experiment: Experiment) throws -> [OptimizerState] {
    try experiment.optimizer.state.map {
      OptimizerState(name: $0.name, values: try FloatBuffer(count: experiment.model.valueCount))
    }
  }

  private var model: Model { experiment.model }

  /// The prefix of the names of a vector of residuals, which is laid out as the parameters.
  private static func residualPrefix(_ vector: Int, of count: Int) -> String {
    vector == count - 1 ? "residual.total." : "residual.\(vector)."
  }

  /// Copies the parameters, buffers, counters and averages after the last step.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func takeWeights() throws {
    try weights.copy(model.weights)
    try average?.copy(experiment.evaluatedWeights)
  }

  /// Copies the weights and the gathered state.
  /// - Throws: as `takeWeights`.
  func take(_ gathered: GatheredState) throws {
    try takeWeights()
    for (copy, source) in zip(state, gathered.optimizer) {
      copy.values.base.update(from: source.values.base, count: copy.values.count)
    }
    carried = gathered.carried
    residuals = gathered.residuals
  }

  /// The file of the weights. The copies are complete, so a background thread may write them.
  func weightsFile() throws -> SafetensorsFile { try model.weightsFile(of: weights, metadata: [:]) }

  /// The file of the weights that evaluations take, the averaged ones if there is an average.
  func evaluatedWeightsFile() throws -> SafetensorsFile {
    try model.weightsFile(of: average ?? weights, metadata: [:])
  }

  /// The file of all other state.
  func stateFile() throws -> SafetensorsFile {
    func tensors<Values: RandomAccessCollection<Float>>(
      _ prefix: String, _ values: Values, of parameters: [Parameter]
    ) -> [SafetensorsFile.Tensor] where Values.Index == Int {
      parameters.map { parameter in
        let range = parameter.offset..<parameter.offset + parameter.count
        return (prefix + parameter.name, parameter.shape, parameter.toPyTorch(values[range]))
      }
    }
    let vectors =
      state.flatMap { tensors(Snapshot.statePrefix($0), $0.values.floats, of: model.parameters) }
      + (try average.map {
        tensors(Snapshot.averagePrefix, try $0.values.floats, of: model.parameters)
          + tensors(Snapshot.averagePrefix, $0.bufferValues.floats, of: model.buffers)
      } ?? [])
    let rest = residuals.enumerated().flatMap { vector, values in
      tensors(Snapshot.residualPrefix(vector, of: residuals.count), values, of: model.parameters)
    }
    return SafetensorsFile(tensors: vectors + rest + carried)
  }

  private static let averagePrefix = "average."

  private static func statePrefix(_ state: OptimizerState) -> String { "optimizer.\(state.name)." }

  /// Restores the weights of a checkpoint and their averages to an experiment, and returns the other state, with
  /// `residualCount` vectors of residuals. Checkpoints of former versions have no averages of the buffers; these start from
  /// the buffers, with which those versions evaluated.
  /// - Throws: `Failure` (data) naming a tensor that is missing or of another shape.
  static func restore(
    _ experiment: Experiment, from folder: CheckpointFolder, residualCount: Int
  ) throws -> GatheredState {
    try experiment.model.readWeights(from: folder.weights)
    let file = try SafetensorsFile(contentsOf: folder.state)
    let model = experiment.model
    func read(
      _ prefix: String, of parameters: [Parameter]? = nil, to values: UnsafeMutablePointer<Float>
    ) throws {
      for parameter in parameters ?? model.parameters {
        let tensor = try file.tensor(
          prefix + parameter.name, shape: parameter.shape, path: folder.state, allowsInfinity: prefix != averagePrefix)
        parameter.copy(fromPyTorch: tensor.values, to: values + parameter.offset)
      }
    }
    if experiment.average != nil {
      let (average, buffers) = (try experiment.evaluatedWeights.values, experiment.evaluatedWeights.bufferValues)
      try read(averagePrefix, to: average.base)
      buffers.base.update(from: model.weights.bufferValues.base, count: buffers.count)
      if let first = model.buffers.first, file[averagePrefix + first.name] != nil {
        try read(averagePrefix, of: model.buffers, to: buffers.base)
      }
    }
    let state = try makeState(experiment)
    for part in state { try read(statePrefix(part), to: part.values.base) }
    let residuals = try (0..<residualCount).map { vector in
      var values = [Float](repeating: 0, count: experiment.model.valueCount)
      try values.withUnsafeMutableBufferPointer {
        if let start = $0.baseAddress { try read(residualPrefix(vector, of: residualCount), to: start) }
      }
      return values
    }
    let carried = try file.tensors.filter { $0.name.hasPrefix(CarriedStates.prefix) }
      .map { try file.tensor($0.name, shape: $0.shape, path: folder.state) }
    return GatheredState(optimizer: state, carried: carried, residuals: residuals)
  }
}
