import Datasets
import Diagnostics
import Formats
import Foundation
import TestSupport
import Testing
import Training

@testable import Recipes

/// Recipes on tar files.
@Suite struct TarDataTests {
  /// Calls `body` with a folder in which files have samples of two numbers, of these classes; a nil is damaged and of class b.
  private func withFiles(_ files: KeyValuePairs<String, [String?]>, _ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "tar-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, classes) in files {
      var writer = TarWriter()
      for (index, label) in classes.enumerated() {
        writer.add("\(index).npy", label == nil ? [1] : NPYArray(shape: [2], floats: [Float(index), 1]).encoded())
        writer.add("\(index).cls", Array((label ?? "b").utf8))
      }
      try Data(writer.finished).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    try body(folder)
  }

  private func experiment(
    _ folder: String, train: String = "a.tar", _ data: String, outputs: Int = 2
  ) throws -> Experiment {
    try Recipe.parse(
      """
      data: {source: tar, train: \(folder)/\(train), \(data)}
      batch: 2
      shards: 1
      model: {layers: [linear: \(outputs)]}

      """, file: "recipe.yaml"
    ).makeExperiment()
  }

  @Test func damageIsToldByErrorsThatItCauses() throws {
    let left = "2 samples of a.tar were left out; the first: a.tar: 1.npy"
    try withFiles(["a.tar": ["7", nil, "7", "9", nil], "b.tar": ["a", "a"], "c.tar": ["0", nil, "0"]]) { folder in
      func failure(_ data: String, train: String = "a.tar", outputs: Int = 2) throws -> Failure {
        let failure = try #require(throws: Failure.self) {
          try experiment(folder, train: train, data, outputs: outputs)
        }
        return Failure(
          failure.exitCode, failure.message.replacing("\(folder)/", with: ""),
          advice: failure.advice?.replacing("\(folder)/", with: ""))
      }
      let wide = try failure("input: npy", outputs: 1)
      #expect(wide.exitCode == .configuration && wide.advice?.contains("\n  \(left)") == true, "\(wide)")
      let alone = try failure("input: npy", train: "c.tar")
      #expect(alone.message == "c.tar: all training samples are of one class, 0")
      #expect(alone.advice?.contains("\n  1 sample of c.tar was left out: c.tar: 1.npy") == true)
      let other = try failure("validation: \(folder)/b.tar")
      #expect(other.message == "b.tar: 0.cls is \"a\", the name of a class, but a.tar: 0.cls is \"7\", an index")
      #expect(other.advice?.contains("\n  \(left)") == true)
    }
  }

  @Test func namesOfTheRecipeMayStandAsIndices() throws {
    try withFiles(["a.tar": ["0", "1", "1"], "b.tar": ["x", "y"]]) { folder in
      let made = try experiment(folder, "classes: [x, y], validation: \(folder)/b.tar")
      #expect(made.data.training.classes == [0, 1, 1] && made.data.validation?.classes == [0, 1])
      let facts = made.data.training.facts
      let recipe = try Recipe.parse(
        "data: {source: tar, train: \(folder)/b.tar}\nmodel: {layers: [linear: 2]}\n", file: "recipe.yaml")
      let refused = try #require(throws: Failure.self) {
        try recipe.makeMeasurement(on: .test, at: "\(folder)/a.tar", facts: facts)
      }
      let fault = "a.tar: 0.cls is \"0\", the index of a class, but the run was trained on \"x\", a name"
      #expect(refused.message == "\(folder)/\(fault)")
    }
  }
}
