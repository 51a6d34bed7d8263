import Diagnostics
import Foundation
import Testing

@testable import Recording

/// Other files do not overwrite a run's own files.
@Suite struct OwnFileTests {
  @Test func aRunsOwnFilesAreKept() throws {
    let base = NSTemporaryDirectory() + "own-files-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: base) }
    try FileManager.default.createDirectory(
      atPath: base + "/run/checkpoints/best", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: base + "/link", withDestinationPath: base + "/run")
    func isFree(_ name: String) throws -> Bool {
      do {
        try RunFolder.checkIsFree("\(base)/\(name)", advice: "")
        return true
      } catch let failure as Failure {
        #expect(failure.exitCode == .cannotCreate)
        return false
      }
    }
    #expect(try isFree("run/weights.safetensors"))
    try Data().write(to: URL(filePath: base + "/run/recipe.yaml"))
    for name in [
      "run/weights.safetensors", "run/metrics.jsonl", "run/../run/recipe.yaml", "link/data.json",
      "run/checkpoints/best/weights.safetensors", "run/checkpoints/x.svg",
    ] {
      #expect(try !isFree(name), "\(name)")
    }
    for name in ["run/report.html", "run/run.onnx", "weights.safetensors", "run/new/weights.safetensors"] {
      #expect(try isFree(name), "\(name)")
    }
  }
}
