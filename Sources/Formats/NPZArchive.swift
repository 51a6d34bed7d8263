import Diagnostics

/// A `.npz` archive open for reading: a zip file of `.npy` arrays, as `numpy.savez` writes it.
///
/// The archive stays open while the object lives. Only one thread may read from it at a time.
public final class NPZArchive {
  /// The arrays' names, without `.npy`, in the archive's order; other files in the archive are ignored.
  public let names: [String]
  /// Whether the file is not an archive of arrays but was written by `torch.save`.
  public let isPyTorch: Bool
  /// The path of the archive.
  public let path: String
  let file: ZipFile
  private let entries: [String: Int]

  /// Opens the archive at `path` and reads its directory.
  /// - Throws: `Failure` (noInput) if the file cannot be opened, (data) if it is not a zip archive, its directory is
  ///   damaged, or two arrays have the same name.
  public convenience init(contentsOf path: String) throws {
    try self.init(ZipFile(contentsOf: path, kind: "an .npz archive", advice: NPZArchive.advice), path: path)
  }

  /// The arrays of an open zip file; `path` is its path.
  /// - Throws: `Failure` (data) if two arrays have the same name.
  init(_ file: ZipFile, path: String) throws {
    var names: [String] = []
    var entries: [String: Int] = [:]
    for (index, entry) in file.names.enumerated() where entry.hasSuffix(".npy") {
      let name = String(entry.dropLast(4))
      if entries.updateValue(index, forKey: name) != nil {
        throw Failure(
          .data, "'\(path)' holds two arrays of the name '\(shortened(name))'.", advice: "Names must differ.")
      }
      names.append(name)
    }
    self.path = path
    self.file = file
    self.names = names
    self.entries = entries
    isPyTorch = file.names.contains { $0.hasSuffix("/data.pkl") }
  }

  /// Advice on a file that is not an archive, by its first bytes.
  private static func advice(on start: [UInt8]) -> String {
    if start.elementsEqual([0x93] + "NUMPY".utf8) {
      return "It is a single array (.npy): name the folder with x.npy and y.npy, or write one archive by "
        + "numpy.savez(\"train.npz\", x=x, y=y)."
    }
    if start.starts(with: [0x80, 2]) {
      return "torch.save or pickle wrote the file: write it by numpy.savez(\"train.npz\", x=x, y=y)."
    }
    return start.starts(with: [0x50, 0x4B, 3, 4])
      ? "It begins as an archive, but has no end: it was cut short. Copy or write it again."
      : "Write it with numpy.savez, or copy it again."
  }

  /// Reads the array `name`; libzip checks its CRC-32. Nothing is unpacked if the entry is not as large as its header says.
  /// - Throws: `Failure` (data) if the archive has no such array (the message names those it has) or the entry is
  ///   damaged (the message quotes libzip).
  public func array(_ name: String) throws -> NPYArray {
    let (index, source) = try entry(name)
    _ = try start(of: index, source: source)
    return try NPYArray(bytes: file.contents(of: index, source: source), source: source)
  }

  /// Reads the header of the array `name`.
  /// - Throws: as `array`.
  func header(_ name: String) throws -> NPYHeader {
    let (index, source) = try entry(name)
    return try start(of: index, source: source).header
  }

  func start(of index: Int, source: String) throws -> NPYStart {
    let size = Int(clamping: try file.size(of: index, source: source))
    let length = try NPYStart.length(
      of: file.start(of: index, count: 12, source: source), size: size, source: source)
    return try NPYStart(file.start(of: index, count: length, source: source), size: size, source: source)
  }

  func entry(_ name: String) throws -> (index: Int, source: String) {
    guard let index = entries[name] else {
      let held = names.isEmpty ? "It holds no arrays." : "It holds \(listed(names.map { "'\(shortened($0))'" }))."
      throw Failure(
        .data, "'\(path)' holds no array '\(shortened(name))'.",
        advice: nearestName(to: name, among: names).map { "\(held) Did you mean '\(shortened($0))'?" } ?? held)
    }
    return (index, "'\(path)', entry '\(name).npy'")
  }
}
