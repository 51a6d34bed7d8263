import Datasets
import Foundation
import Testing
import Training

@testable import Recipes

/// Groups of samples in parts of the data that have files or folders of their own.
@Suite struct GroupsOfPartsTests {
  /// Calls `body` with the path of an empty folder, which is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "groups-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// The experiment on some data.
  private func experiment(_ data: String, _ layers: String) throws -> Experiment {
    try Recipe.parse(
      """
      data: {\(data)}
      batch: 2
      shards: 1
      model: {layers: [\(layers)]}

      """, file: "recipe.yaml"
    ).makeExperiment()
  }

  /// Writes copies of an image.
  private func writeImages(_ names: [String], to folder: String) throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    for name in names {
      let path = "\(folder)/\(name)"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: tests.appending(path: "Reference/images/grey.jpg").path, toPath: path)
    }
  }

  /// Images of a validation folder of which half are for the test.
  @Test func dividedValidationImagesAreNoTrainingImages() throws {
    try withFolder { folder in
      for part in ["train", "validation"] {
        try writeImages(["cats/p1_1.jpg", "cats/p2_1.jpg", "dogs/p1_2.jpg", "dogs/p2_2.jpg"], to: "\(folder)/\(part)")
      }
      let experiment = try experiment(
        "source: image-folder, folder: \(folder), validation: validation, testShare: 0.5, splitBy: \"(*)_*\"",
        "flatten, linear: 2")
      let groups = try #require(experiment.data.groups)
      #expect(groups.divided == [.validation, .test])
      #expect(groups.counts[.validation] == 1 && groups.counts[.test] == 1)
      #expect(!experiment.warnings.contains { $0.contains("in place of") })
    }
  }
}
