import Diagnostics
import Formats
import Training

/// What a trained model can be written as.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// The weights under PyTorch's names and in its layouts: what `load_state_dict` takes.
  case safetensors
  /// The same as a NumPy archive.
  case npz
  /// A Python file with the network as a PyTorch module, and its weights as safetensors beside it.
  case pytorch
  /// Network and weights as one ONNX file.
  case onnx

  /// What file names end in.
  public var suffix: String { self == .pytorch ? "py" : rawValue }

  /// The files that are written where one at `path` is asked for.
  package func files(at path: String) -> [String] {
    guard self == .pytorch else { return [path] }
    return [path, (path.hasSuffix(".py") ? String(path.dropLast(3)) : path) + ".safetensors"]
  }
}

extension ExportedModel {
  /// Writes the model to the file at `path`, all or nothing; gives the paths of all files written.
  /// - Throws: `Failure` (configuration) naming a layer that the format cannot express, (cannotCreate, inputOutput) naming
  ///   the file.
  @discardableResult public func write(_ format: ExportFormat, to path: String) throws -> [String] {
    let files = format.files(at: path)
    switch format {
    case .safetensors:
      try model.weightsFile(metadata: metadata).write(to: path)
    case .npz:
      try model.weightsFile(metadata: metadata).writeArchive(to: path)
    case .onnx:
      try AtomicFile.write(onnxFile(), to: path)
    case .pytorch:
      try AtomicFile.write(Array(pyTorchSource().utf8), to: files[0])
      try model.weightsFile(metadata: metadata).write(to: files[1])
    }
    return files
  }
}
