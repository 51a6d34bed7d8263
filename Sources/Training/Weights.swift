import Diagnostics
import Formats
import Layers

extension Model {
  /// Writes all parameters under PyTorch's names and in PyTorch's layouts.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public func writeWeights(to path: String, metadata: [String: String]) throws {
    let tensors = parameters.map {
      (name: $0.name, shape: $0.parameter.shape, values: Array(values(of: $0.parameter)))
    }
    try SafetensorsFile(tensors: tensors, metadata: metadata).write(to: path)
  }

  /// Takes all parameters from a safetensors file that holds exactly this model's.
  /// - Throws: `Failure` (noInput, data) naming the file, the tensor, and the shape that would fit.
  public func readWeights(from path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    for named in parameters {
      guard let tensor = file[named.name] else {
        let held = file.tensors.map(\.name)
        throw Failure(
          .data, "\(path): there is no tensor \"\(named.name)\"",
          advice: "the file holds \(held.joined(separator: ", "))")
      }
      guard tensor.shape == named.parameter.shape else {
        throw Failure(
          .data, "\(path): tensor \"\(named.name)\" has the shape \(tensor.shape)",
          advice: "the model needs \(named.parameter.shape)")
      }
      _ = values(of: named.parameter).update(fromContentsOf: tensor.values)
    }
    let wanted = Set(parameters.map(\.name))
    if let extra = file.tensors.first(where: { !wanted.contains($0.name) }) {
      throw Failure(
        .data, "\(path): the model has no parameter \"\(extra.name)\"",
        advice: "it has \(parameters.map(\.name).joined(separator: ", "))")
    }
  }
}
