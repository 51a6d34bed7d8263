import Foundation

/// A folder that a test works in.
struct Folder: Sendable {
  let path: String

  /// A folder, which may not exist yet.
  init(
    path: String = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)").path
  ) {
    self.path = path
  }

  /// Calls `body` with an empty folder that is removed afterwards.
  static func temporary<Result>(_ body: (Folder) throws -> Result) throws -> Result {
    let folder = Folder()
    try folder.create()
    defer { folder.remove() }
    return try body(folder)
  }

  subscript(_ name: String) -> String { "\(path)/\(name)" }

  func create() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The paths of everything in the folder, at any depth.
  func contents() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
  }

  /// The bytes of every file in the folder, by path.
  func snapshot() throws -> [String: [UInt8]] {
    let files = try contents().filter { name in
      let values = try URL(filePath: self[name]).resourceValues(forKeys: [.isRegularFileKey])
      return values.isRegularFile == true
    }
    return Dictionary(uniqueKeysWithValues: try files.map { ($0, try bytes($0)) })
  }

  func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: name)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(filePath: self[name]))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: self[name])))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  func handle(writing name: String) throws -> FileHandle {
    try write("", to: name)
    return try FileHandle(forWritingTo: URL(filePath: self[name]))
  }
}

/// The path of a file recorded with PyTorch.
func reference(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Reference/\(name)").path
}

/// The folder of this repository.
let repository = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
