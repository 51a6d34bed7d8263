import Diagnostics
import Formats
import Foundation
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
    try model.weightsFile(
      values: evaluatedValues, buffers: evaluatedBuffers, counts: model.counts, metadata: metadata
    ).write(to: path)
  }

  /// The SHA-256 digest of all parameters as they lie in memory: two trainings of one model that begin with the same bits
  /// have the same before their first step.
  /// - Throws: `Failure` (unavailable) where there is no SHA-256, or where the ranks cannot exchange data.
  public func weightsDigest() throws -> String {
    try sha256(of: UnsafeRawBufferPointer(try model.values.floats))
  }
}

extension Model {
  /// Writes all parameters, buffers and counters under PyTorch's names and in PyTorch's layouts.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
  public func writeWeights(to path: String, metadata: [String: String]) throws {
    try weightsFile(metadata: metadata).write(to: path)
  }

  /// The file of parameters and buffers that lie as this model's in two vectors, and of its counters' values.
  func weightsFile(
    values: FloatBuffer, buffers bufferValues: FloatBuffer, counts: [Int64], metadata: [String: String]
  ) -> SafetensorsFile {
    func tensors(_ parameters: [Parameter], _ values: FloatBuffer) -> [SafetensorsFile.Tensor] {
      parameters.map {
        ($0.name, $0.shape, $0.toPyTorch(values.floats[$0.offset..<$0.offset + $0.count]))
      }
    }
    return SafetensorsFile(
      tensors: tensors(parameters, values) + tensors(buffers, bufferValues),
      integers: zip(counters, counts).map { ($0.name, [], [$1]) }, metadata: metadata)
  }

  /// The file of all parameters, buffers and counters.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  package func weightsFile(metadata: [String: String]) throws -> SafetensorsFile {
    try weightsFile(values: values, buffers: bufferValues, counts: counts, metadata: metadata)
  }

  /// Takes all parameters, buffers and counters from a safetensors file, or one whose name ends in .npz, that holds
  /// exactly this model's. A counter that the file lacks, as files of PyTorch before 0.4.1 do, starts at 0.
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
      _ = try values(of: parameter).update(fromContentsOf: parameter.fromPyTorch(tensor.values))
    }
    noteChange()
    counts = try counters.map { try file.count($0.name, path: path) ?? 0 }
    let wanted = Set((parameters + buffers).map(\.name) + counters.map(\.name))
    if let extra = file.names.first(where: { !wanted.contains($0) }) {
      throw Failure(
        .data, "\(path): the model has no parameter \"\(extra)\"",
        advice: "it has \(parameters.map(\.name).joined(separator: ", "))")
    }
  }
}

extension SafetensorsFile {
  /// All tensors' names, in their order in the file.
  fileprivate var names: [String] { integers.map(\.name) + tensors.map(\.name) }

  /// A counter's value, or nil where the file has none of this name.
  /// - Throws: `Failure` (data) where the file, read from `path`, has it as something else than a count.
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

  /// A tensor of a shape, of finite numbers, or as an optimizer's squares may have grown, infinite ones.
  /// - Throws: `Failure` (data) where the file, read from `path`, has none, or one of another shape, or values that are no
  ///   numbers.
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
