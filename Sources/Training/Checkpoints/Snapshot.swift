import Formats
import Layers
import Optimizers
import Tensors

/// A copy in memory of all vectors that a checkpoint keeps. Taking one copies; writing it to files comes later, on
/// another thread.
final class Snapshot {
  private struct Part {
    let prefix: String
    let copy: FloatBuffer
  }

  private let experiment: Experiment
  private let values: FloatBuffer
  private let buffers: FloatBuffer
  private var counts: [Int64] = []
  private let parts: [Part]
  private var carried: [SafetensorsFile.Tensor] = []
  private var residuals: [[Float]] = []

  /// Memory for the parts of an experiment that its checkpoints keep.
  /// - Throws: `Failure` (system) where memory is short.
  init(_ experiment: Experiment) throws {
    self.experiment = experiment
    let model = experiment.model
    values = try FloatBuffer(count: model.values.count)
    buffers = try FloatBuffer(count: model.bufferValues.count)
    parts = try Snapshot.sources(experiment).map { prefix, source in
      Part(prefix: prefix, copy: try FloatBuffer(count: source.count))
    }
  }

  private var model: Model { experiment.model }

  /// The vectors beside the parameters, laid out as they are.
  private static func sources(_ experiment: Experiment) -> [(prefix: String, source: FloatBuffer)] {
    experiment.optimizerState.map { ("optimizer.\($0.name).", $0.values) }
      + (experiment.average.map { [("average.", $0.values)] } ?? [])
  }

  /// What the names of a compressed reduction's residuals begin with, which are laid out as the parameters, too.
  private static func residualPrefix(_ vector: Int, of count: Int) -> String {
    vector == count - 1 ? "residual.total." : "residual.\(vector)."
  }

  /// Copies everything as it is now, and keeps carried states and residuals that were gathered.
  func take(carried: [SafetensorsFile.Tensor] = [], residuals: [[Float]] = []) {
    values.base.update(from: model.values.base, count: values.count)
    buffers.base.update(from: model.bufferValues.base, count: buffers.count)
    counts = model.counters.map(\.value)
    // Asked for anew: the state moves to other memory where ranks share out the update.
    for (part, source) in zip(parts, Snapshot.sources(experiment)) {
      part.copy.base.update(from: source.source.base, count: part.copy.count)
    }
    self.carried = carried
    self.residuals = residuals
  }

  /// The parameters, buffers and counters.
  var weights: SafetensorsFile { model.weightsFile(values: values, buffers: buffers, counts: counts, metadata: [:]) }

  /// The parameters that evaluations take, the averaged ones where there is an average, and the rest.
  var evaluatedWeights: SafetensorsFile {
    let average = parts.first { $0.prefix == "average." }?.copy
    return model.weightsFile(values: average ?? values, buffers: buffers, counts: counts, metadata: [:])
  }

  /// The rest.
  var state: SafetensorsFile {
    func tensors<Values: RandomAccessCollection<Float>>(
      _ prefix: String, _ values: Values
    ) -> [SafetensorsFile.Tensor] where Values.Index == Int {
      model.parameters.map { parameter in
        let range = parameter.offset..<parameter.offset + parameter.count
        return (prefix + parameter.name, parameter.shape, parameter.toPyTorch(values[range]))
      }
    }
    let vectors = parts.flatMap { tensors($0.prefix, $0.copy.floats) }
    let rest = residuals.enumerated().flatMap { vector, values in
      tensors(Snapshot.residualPrefix(vector, of: residuals.count), values)
    }
    return SafetensorsFile(tensors: vectors + rest + carried)
  }

  /// Puts the vectors of a file back into an experiment, and gives the carried states that it holds, and so many vectors
  /// of residuals.
  /// - Throws: `Failure` (data) naming a tensor that is missing or of another shape.
  static func restore(
    _ experiment: Experiment, from folder: CheckpointFolder, residualCount: Int
  ) throws -> (carried: [SafetensorsFile.Tensor], residuals: [[Float]]) {
    try experiment.model.readWeights(from: folder.weights)
    let file = try SafetensorsFile(contentsOf: folder.state)
    func read(_ prefix: String, _ write: (Int, Float) -> Void) throws {
      for parameter in experiment.model.parameters {
        let tensor = try file.tensor(prefix + parameter.name, shape: parameter.shape, path: folder.state)
        for (place, value) in zip(parameter.offset..., parameter.fromPyTorch(tensor.values)) { write(place, value) }
      }
    }
    for (prefix, target) in sources(experiment) { try read(prefix) { target.base[$0] = $1 } }
    let residuals = try (0..<residualCount).map { vector in
      var values = [Float](repeating: 0, count: experiment.model.values.count)
      try read(residualPrefix(vector, of: residualCount)) { values[$0] = $1 }
      return values
    }
    return (file.tensors.filter { $0.name.hasPrefix(CarriedStates.prefix) }, residuals)
  }

  /// All vectors that a restored rank 0 has and the others need.
  static func vectors(_ experiment: Experiment) -> [FloatBuffer] {
    [experiment.model.values, experiment.model.bufferValues] + sources(experiment).map(\.source)
  }
}
