import Diagnostics
import Formats
import Foundation
import Layers
import Tensors

extension Experiment {
  /// Writes the weights that evaluations take. For averaged weights the file's metadata have `weights`: `average`, and the
  /// average's `decay`.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public func writeWeights(to path: String, metadata: [String: String]) throws {
    var metadata = metadata
    if let average {
      metadata["weights"] = "average"
      metadata["decay"] = String(average.decay)
    }
    try model.weightsFile(of: evaluatedWeights, metadata: metadata).write(to: path)
  }

  /// The SHA-256 digest of all parameters in memory. It is equal for trainings of one model that begin with the same bits.
  /// - Throws: `Failure` (unavailable) if there is no SHA-256, or if the ranks cannot exchange data.
  public func weightsDigest() throws -> String {
    try sha256(of: UnsafeRawBufferPointer(try model.weights.values.floats))
  }
}

extension Model {
  /// Writes all parameters, buffers and counters under PyTorch's names and in PyTorch's layouts.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public func writeWeights(to path: String, metadata: [String: String]) throws {
    try weightsFile(metadata: metadata).write(to: path)
  }

  /// The file of all parameters, buffers and counters, with the values of the model's weights or of others with the same
  /// layout.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  package func weightsFile(of others: Weights? = nil, metadata: [String: String]) throws -> SafetensorsFile {
    let weights = others ?? weights
    return SafetensorsFile(
      tensors: try (parameters + buffers).map { ($0.name, $0.shape, $0.toPyTorch(try weights.values(of: $0))) },
      integers: zip(counters, weights.counts).map { ($0.name, [], [$1]) }, metadata: metadata)
  }

  /// Reads all parameters, buffers and counters from a safetensors or .npz file, which must have exactly this model's. A
  /// counter that the file lacks, as in files of PyTorch before 0.4.1, starts at 0.
  /// - Throws: `Failure` (noInput, data) naming the file, the tensor, and the shape that would fit.
  public func readWeights(from path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure(
        .noInput, "\(path) is a folder, but must be a file of weights",
        advice: "a run's weights are in \(path)/weights.safetensors")
    }
    let file = try path.hasSuffix(".npz") ? SafetensorsFile(contentsOfArchive: path) : SafetensorsFile(contentsOf: path)
    for parameter in parameters + buffers {
      let tensor = try file.tensor(parameter.name, shape: parameter.shape, path: path)
      _ = try weights.values(of: parameter).update(fromContentsOf: parameter.fromPyTorch(tensor.values))
    }
    weights.noteChange()
    weights.counts = try counters.map { try file.count($0.name, path: path) ?? 0 }
    let wanted = Set((parameters + buffers).map(\.name) + counters.map(\.name))
    if let extra = file.names.first(where: { !wanted.contains($0) }) {
      throw Failure(
        .data, "\(path): the model has no parameter \"\(extra)\"",
        advice: "it has \(parameters.map(\.name).joined(separator: ", "))")
    }
  }
}

extension SafetensorsFile {
  /// All tensors' names, in the file's order.
  fileprivate var names: [String] { integers.map(\.name) + tensors.map(\.name) }

  /// A counter's value; nil if the file has none of this name. The file was read from `path`.
  /// - Throws: `Failure` (data) if it is not a count.
  fileprivate func count(_ name: String, path: String) throws -> Int64? {
    func wrong(_ what: String) -> Failure {
      Failure(.data, "\(path): tensor \"\(name)\" \(what)", advice: "the model needs a scalar of I64, at least 0")
    }
    if self[name] != nil { throw wrong("has a floating-point type") }
    guard let tensor = integers.first(where: { $0.name == name }) else { return nil }
    guard tensor.shape.isEmpty, let value = tensor.values.first else { throw wrong("has the shape \(tensor.shape)") }
    guard value >= 0 else { throw wrong("is \(value)") }
    return value
  }

  /// The tensor of a name and shape. Its values must be finite; with `allowsInfinity` they may be infinite, as an optimizer's
  /// squares. The file was read from `path`.
  /// - Throws: `Failure` (data) if the file has no such tensor, or it has another shape or values that are not allowed.
  func tensor(_ name: String, shape: [Int], path: String, allowsInfinity: Bool = false) throws -> Tensor {
    guard let tensor = self[name] else {
      if integers.contains(where: { $0.name == name }) {
        throw Failure(
          .data, "\(path): tensor \"\(name)\" has the type I64",
          advice: "the model needs floating-point numbers; convert it with to(torch.float32)")
      }
      throw Failure(
        .data, "\(path): there is no tensor \"\(name)\"",
        advice: "the file holds \(names.joined(separator: ", "))")
    }
    guard tensor.shape == shape else {
      throw Failure(
        .data, "\(path): tensor \"\(name)\" has the shape \(tensor.shape)", advice: "the model needs \(shape)")
    }
    if let place = tensor.values.firstIndex(where: { allowsInfinity ? $0.isNaN : !$0.isFinite }) {
      throw Failure(
        .data, "\(path): tensor \"\(name)\" has the value \(tensor.values[place]) at place \(place)",
        advice: "nothing can be computed with it; take weights from before the training went wrong")
    }
    return tensor
  }
}
