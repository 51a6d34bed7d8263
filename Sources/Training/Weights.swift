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
    try weightsFile(values: source ?? values, buffers: bufferValues, metadata: metadata).write(to: path)
  }

  /// The file of parameters and buffers that lie as this model's in two vectors.
  func weightsFile(
    values: FloatBuffer, buffers bufferValues: FloatBuffer, metadata: [String: String]
  ) -> SafetensorsFile {
    func tensors(_ parameters: [Parameter], _ values: FloatBuffer) -> [SafetensorsFile.Tensor] {
      parameters.map {
        ($0.name, $0.shape, $0.toPyTorch(values.floats[$0.offset..<$0.offset + $0.count]))
      }
    }
    return SafetensorsFile(tensors: tensors(parameters, values) + tensors(buffers, bufferValues), metadata: metadata)
  }

  /// Takes all parameters and buffers from a safetensors file that holds exactly this model's.
  /// - Throws: `Failure` (noInput, data) naming the file, the tensor, and the shape that would fit.
  public func readWeights(from path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    for parameter in parameters + buffers {
      let tensor = try file.tensor(parameter.name, shape: parameter.shape, path: path)
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

extension SafetensorsFile {
  /// A tensor of a shape.
  /// - Throws: `Failure` (data) where the file, read from `path`, has none, or one of another shape.
  func tensor(_ name: String, shape: [Int], path: String) throws -> Tensor {
    guard let tensor = self[name] else {
      throw Failure(
        .data, "\(path): there is no tensor \"\(name)\"",
        advice: "the file holds \(tensors.map(\.name).joined(separator: ", "))")
    }
    guard tensor.shape == shape else {
      throw Failure(
        .data, "\(path): tensor \"\(name)\" has the shape \(tensor.shape)", advice: "the model needs \(shape)")
    }
    return tensor
  }
}
