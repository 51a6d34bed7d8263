import Diagnostics

/// A tensor of an archive, before its values are read.
public struct ArchivedTensor: Equatable, Sendable {
  /// Its name.
  public let name: String
  /// The length of each axis.
  public let shape: [Int]
  /// Whether its values are whole numbers of 64 bits, as counters are.
  public let isWhole: Bool

  init(_ name: String, shape: [Int], isWhole: Bool) {
    self.name = name
    self.shape = shape
    self.isWhole = isWhole
  }
}

/// A file of named tensors, whose values are read one tensor at a time: safetensors, `.npz`, or PyTorch's `.pt`.
///
/// Only one thread may read from it at a time.
public protocol TensorArchive: AnyObject {
  /// The tensors, in the file's order. No two have the same name.
  var tensors: [ArchivedTensor] { get }
  /// Whether the file keeps the order in which the tensors were given; safetensors sorts them.
  var keepsOrder: Bool { get }
  /// The values in C order of the tensor at an index of `tensors`; those that are not float32 are rounded to the nearest.
  /// - Throws: `Failure` (data) if the file is damaged there.
  func floats(at index: Int) throws -> [Float]
  /// The values in C order of a tensor that `isWhole`.
  /// - Throws: as `floats`.
  func integers(at index: Int) throws -> [Int64]
}

/// Opens a file of named tensors. The first bytes tell which kind it is; the name does not matter.
/// - Throws: `Failure` (noInput) if it cannot be opened, (data) if it is damaged or of another kind.
public func openTensorArchive(_ path: String) throws -> any TensorArchive {
  // Four bytes: a safetensors file begins with its header's length, which may be any two.
  let isZip = try [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]].contains(firstBytes(4, ofFile: path))
  guard isZip || path.hasSuffix(".npz") else { return try SafetensorsArchive(contentsOf: path) }
  if path.hasSuffix(".npz") {
    let archive = try NPZArchive(contentsOf: path)
    if !archive.isPyTorch { return try NPZTensors(archive) }
  }
  let file = try ZipFile(contentsOf: path, kind: "an archive of torch.save or numpy.savez") { _ in
    "It begins as an archive, but has no end: it was cut short. Copy or write it again."
  }
  if file.names.contains(where: PyTorchArchive.isIndex) { return try PyTorchArchive(file, path: path) }
  let arrays = try NPZArchive(file, path: path)
  guard !arrays.names.isEmpty else {
    throw Failure(
      .data, "'\(path)' is a zip archive, but holds no tensors.",
      advice: "Weights are in archives of torch.save or numpy.savez; out of others, take them first.")
  }
  return try NPZTensors(arrays)
}

/// The tensors of a safetensors file.
final class SafetensorsArchive: TensorArchive {
  let tensors: [ArchivedTensor]
  let keepsOrder = false
  private let file: [UInt8]
  private let header: SafetensorsHeader

  /// Reads the file at `path`; throws as `SafetensorsFile`.
  init(contentsOf path: String) throws {
    file = try fileBytes(path)
    header = try SafetensorsHeader(file: file, source: "'\(path)'")
    tensors = header.entries.map { ArchivedTensor($0.name, shape: $0.shape, isWhole: $0.element == .long) }
  }

  func floats(at index: Int) -> [Float] { values(at: index) { $0.floats } }

  func integers(at index: Int) -> [Int64] { values(at: index) { $0.integers } }

  private func values<Value>(
    at index: Int, by reader: (SafetensorsElement) -> SafetensorsElement.Reader<Value>?
  ) -> [Value] {
    let entry = header.entries[index]
    let range = (header.dataStart + entry.begin)..<(header.dataStart + entry.end)
    return file.withUnsafeBytes { reader(entry.element)?(UnsafeRawBufferPointer(rebasing: $0[range])) ?? [] }
  }
}

/// The arrays of an `.npz` archive as tensors. Of those whose values are not asked for, only the headers are read.
final class NPZTensors: TensorArchive {
  let tensors: [ArchivedTensor]
  let keepsOrder = true
  private let archive: NPZArchive

  init(_ archive: NPZArchive) throws {
    self.archive = archive
    tensors = try archive.names.map {
      let header = try archive.header($0)
      return ArchivedTensor($0, shape: header.shape, isWhole: header.element == .int64)
    }
  }

  func floats(at index: Int) throws -> [Float] { try archive.array(tensors[index].name).floats() }

  func integers(at index: Int) throws -> [Int64] { try archive.array(tensors[index].name).int64s() ?? [] }
}
