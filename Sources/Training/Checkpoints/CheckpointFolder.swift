import Diagnostics
import Formats
import Foundation

/// A checkpoint on disk: a folder with `weights.safetensors`, `state.safetensors`, `checkpoint.json` with the digests of
/// both, and `complete` with the digest of the JSON.
public struct CheckpointFolder: Sendable {
  /// The folder.
  public let path: String

  /// A checkpoint at a path.
  public init(path: String) {
    self.path = path
  }

  /// The file of parameters and buffers.
  public var weights: String { path + "/weights.safetensors" }
  /// The file of the optimizer's vectors, averaged weights, residuals and carried states.
  public var state: String { path + "/state.safetensors" }
  /// What the name of a folder ends with while it is written.
  static let partial = ".partial"
  private var manifest: String { path + "/checkpoint.json" }
  private var mark: String { path + "/complete" }

  /// Writes a checkpoint to a temporary folder, flushes it, renames it to this one, and marks it complete.
  /// - Throws: `Failure` (cannotCreate, inputOutput) that names the file.
  func write(_ manifest: CheckpointManifest, weights: SafetensorsFile, state: SafetensorsFile?) throws {
    let beside = CheckpointFolder(path: path + CheckpointFolder.partial)
    try? FileManager.default.removeItem(atPath: beside.path)
    try? FileManager.default.removeItem(atPath: path)
    try makeFolders(holding: beside.weights)
    var manifest = manifest
    try weights.write(to: beside.weights)
    manifest.files["weights.safetensors"] = try beside.record(of: beside.weights)
    if let state {
      try state.write(to: beside.state)
      manifest.files["state.safetensors"] = try beside.record(of: beside.state)
    }
    let encoder = JSONEncoder.withSpecialNumbers([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    try AtomicFile.write(try encoder.encode(manifest), to: beside.manifest)
    guard rename(beside.path, path) == 0 else {
      throw Failure(exitCode(ofMaking: errno), "\(path) cannot be created: \(String(cString: strerror(errno)))")
    }
    try AtomicFile.write(Array((try sha256(ofFile: self.manifest) + "\n").utf8), to: mark)
  }

  /// Compares all files with their digests and reads the manifest.
  /// - Throws: `Failure` (data, noInput) that names the missing or damaged file.
  public func verified() throws -> CheckpointManifest {
    let advice = "it was changed after it was written, or never finished"
    guard let mark = FileManager.default.contents(atPath: mark) else {
      throw Failure(.data, "\(path) is not complete", advice: advice)
    }
    guard try String(decoding: mark, as: UTF8.self) == sha256(ofFile: manifest) + "\n" else {
      throw Failure(.data, "\(manifest) is damaged", advice: advice)
    }
    let decoder = JSONDecoder.withSpecialNumbers()
    guard let data = FileManager.default.contents(atPath: manifest),
      let read = try? decoder.decode(CheckpointManifest.self, from: data)
    else {
      throw Failure(.data, "\(manifest) is of another kind", advice: "it must come from this program")
    }
    guard read.format <= CheckpointManifest.currentFormat else {
      throw Failure(
        .data, "\(manifest) has the format \(read.format)",
        advice: "this program reads formats up to \(CheckpointManifest.currentFormat); use a newer one")
    }
    guard read.isPossible else {
      throw Failure(
        .data, "\(manifest) has a number that no training comes to", advice: "it must come from this program")
    }
    for (name, file) in read.files.sorted(by: { $0.key < $1.key }) {
      guard try record(of: "\(path)/\(name)") == file else {
        throw Failure(.data, "\(path)/\(name) is damaged", advice: advice)
      }
    }
    return read
  }

  private func record(of file: String) throws -> CheckpointManifest.File {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    return CheckpointManifest.File(bytes: attributes?[.size] as? Int ?? 0, sha256: try sha256(ofFile: file))
  }
}
