import Diagnostics
import Formats
import Training

/// The formats that a trained model can be exported to.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// The weights with PyTorch's names and layouts, for `load_state_dict`.
  case safetensors
  /// The same weights as a NumPy archive.
  case npz
  /// A Python file with the network as a PyTorch module, and a safetensors file with its weights.
  case pytorch
  /// Network and weights as one ONNX file.
  case onnx

  /// The ending of file names.
  public var suffix: String { self == .pytorch ? "py" : rawValue }

  /// All files that are written for an export to `path`.
  package func files(at path: String) -> [String] {
    guard self == .pytorch else { return [path] }
    return [path, (path.hasSuffix(".py") ? String(path.dropLast(3)) : path) + ".safetensors"]
  }
}

extension ExportedModel {
  /// Writes the model to the file at `path`, all or nothing. Returns the paths of all files written.
  /// - Throws: `Failure` (configuration) naming a layer that the format cannot express, (cannotCreate, inputOutput)
  ///   naming the file.
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
