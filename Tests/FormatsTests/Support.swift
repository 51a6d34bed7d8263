import Diagnostics
import Foundation
import Testing

/// The path of a committed file made by NumPy or safetensors.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

/// The bytes of a committed file.
func fixtureBytes(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: fixture(name))))
}

/// Calls `body` with an empty folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// Writes `bytes` to a temporary file with the extension `type` and calls `body` with its path.
func withFile<Result>(_ bytes: [UInt8], type: String, _ body: (String) throws -> Result) throws -> Result {
  try withTemporaryFolder { folder in
    let path = "\(folder)/damaged.\(type)"
    try Data(bytes).write(to: URL(filePath: path))
    return try body(path)
  }
}

/// Expects `body` to throw a `Failure` of `code` whose description holds every one of `parts`.
func expectFailure(
  _ code: ExitCode, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let failure as Failure {
    #expect(failure.exitCode == code, sourceLocation: sourceLocation)
    for part in parts {
      #expect(failure.description.contains(part), sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("not a Failure: \(error)", sourceLocation: sourceLocation)
  }
}
