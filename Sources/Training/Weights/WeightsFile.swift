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
}

extension SafetensorsFile {
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
        advice: "the file holds \(listed((integers.map(\.name) + tensors.map(\.name))))")
    }
    guard tensor.shape == shape else {
      throw Failure(
        .data, "\(path): tensor \"\(name)\" has the shape \(tensor.shape)", advice: "the model needs \(shape)")
    }
    try checkNumbers(tensor.values, of: name, path: path, allowsInfinity: allowsInfinity)
    return tensor
  }
}

/// Checks that the values of a tensor are finite; with `allowsInfinity`, that none is NaN.
/// - Throws: `Failure` (data) naming the first that is not.
func checkNumbers(_ values: [Float], of name: String, path: String, allowsInfinity: Bool = false) throws {
  guard let place = values.firstIndex(where: { allowsInfinity ? $0.isNaN : !$0.isFinite }) else { return }
  throw Failure(
    .data, "\(path): tensor \"\(name)\" has the value \(values[place].text) at place \(place)",
    advice: "nothing can be computed with it; take weights from before the training went wrong")
}

/// Names for a message; of more than 30, the first ones and their number.
func listed(_ names: [String]) -> String {
  names.prefix(30).joined(separator: ", ") + (names.count > 30 ? ", … (\(names.count))" : "")
}
