import Diagnostics
import Formats
import Layers
import Tensors

extension Experiment {
  /// Writes the weights that evaluations take. Where they are averaged, the file says so: its metadata have `weights`
  /// as `average` and the average's `decay`.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public func writeWeights(to path: String, metadata: [String: String]) throws {
    var metadata = metadata
    if let average {
      metadata["weights"] = "average"
      metadata["decay"] = String(average.decay)
    }
    try model.writeWeights(to: path, metadata: metadata, from: evaluatedValues)
  }
}

extension Model {
  /// Writes all parameters and buffers under PyTorch's names and in PyTorch's layouts; the parameters from `source` where
  /// it is given, a vector laid out as `values`.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public func writeWeights(to path: String, metadata: [String: String], from source: FloatBuffer? = nil) throws {
    let floats = (source ?? values).floats
    let learned = parameters.map {
      (name: $0.name, shape: $0.shape, values: $0.toPyTorch(floats[$0.offset..<$0.offset + $0.count]))
    }
    let tensors =
      learned
      + buffers.map {
        (name: $0.name, shape: $0.shape, values: $0.toPyTorch(values(of: $0)))
      }
    try SafetensorsFile(tensors: tensors, metadata: metadata).write(to: path)
  }

  /// Takes all parameters and buffers from a safetensors file that holds exactly this model's.
  /// - Throws: `Failure` (noInput, data) naming the file, the tensor, and the shape that would fit.
  public func readWeights(from path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    for parameter in parameters + buffers {
      guard let tensor = file[parameter.name] else {
        let held = file.tensors.map(\.name)
        throw Failure(
          .data, "\(path): there is no tensor \"\(parameter.name)\"",
          advice: "the file holds \(held.joined(separator: ", "))")
      }
      guard tensor.shape == parameter.shape else {
        throw Failure(
          .data, "\(path): tensor \"\(parameter.name)\" has the shape \(tensor.shape)",
          advice: "the model needs \(parameter.shape)")
      }
      _ = values(of: parameter).update(fromContentsOf: parameter.fromPyTorch(tensor.values))
    }
    let wanted = Set((parameters + buffers).map(\.name))
    if let extra = file.tensors.first(where: { !wanted.contains($0.name) }) {
      throw Failure(
        .data, "\(path): the model has no parameter \"\(extra.name)\"",
        advice: "it has \(parameters.map(\.name).joined(separator: ", "))")
    }
  }
}
