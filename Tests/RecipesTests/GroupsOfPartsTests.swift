import Datasets
import Formats
import Foundation
import Testing
import Training

@testable import Recipes

/// Groups of samples in parts of the data that have files or folders of their own.
@Suite struct GroupsOfPartsTests {
  /// Calls `body` with the path of an empty folder, which is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "parts-\(UUID().uuidString)"
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

  /// The warnings about groups, with files named relative to `folder`.
  private func warnings(_ data: String, _ layers: String = "linear: 2", in folder: String) throws -> [String] {
    try experiment(data, layers).warnings.filter { $0.contains("group") || $0.contains("patient") }
      .map { $0.replacing("\(folder)/", with: "") }
  }

  /// Writes a table with two rows, of two classes, for each patient.
  private func writeTable(_ patients: [String], to path: String) throws {
    let rows = patients.enumerated().map { "\($0.offset),\($0.element),a\n\($0.offset + 100),\($0.element),b\n" }
    try ("x,patient,kind\n" + rows.joined()).write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Writes an archive with a sample for each patient.
  private func writeArchive(_ patients: [Int32], named name: String = "patient", to path: String) throws {
    let count = patients.count
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [count, 2], floats: (0..<2 * count).map { Float($0) })),
        ("y", NPYArray(shape: [count], int32s: (0..<count).map { Int32($0 % 2) })),
        (name, NPYArray(shape: [count], int32s: patients)),
      ], to: path)
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
      // Both parts have a group that is also trained on.
      #expect(groups.names[.training] == ["p1", "p2"])
      #expect(experiment.warnings.count { $0.hasPrefix("1 group by (*)_*, p") } == 2)
    }
  }

  @Test func groupsOfTablesAreCompared() throws {
    try withFolder { folder in
      try writeTable(["p1", "p2", "p3", "p17"], to: "\(folder)/train.csv")
      try writeTable(["v1", "p17"], to: "\(folder)/validation.csv")
      try "patient,kind,x\nv1,a,1\np17,b,2\np2,a,3\np3,b,4\n".write(
        toFile: "\(folder)/test.csv", atomically: true, encoding: .utf8)
      let files = "train: \(folder)/train.csv, validation: \(folder)/validation.csv, test: \(folder)/test.csv"
      // By name and by index, which is that of the training file.
      for column in ["patient", "1"] {
        #expect(
          try warnings("source: csv, label: kind, splitBy: \"\(column)\", \(files)", in: folder) == [
            "1 group by patient, p17, is both in the training samples and in the validation samples: results on the "
              + "validation samples will look better than they are.",
            "3 groups by patient are both in the training samples and in the test samples, such as p17: results on the "
              + "test samples will look better than they are.",
            "2 groups by patient are both in the validation samples and in the test samples, such as p17: what is best on "
              + "the validation samples will look better on the test samples than it is.",
          ])
      }
      // Groups that are nowhere else.
      try writeTable(["v1", "v2"], to: "\(folder)/validation.csv")
      try writeTable(["t1", "t2"], to: "\(folder)/test.csv")
      #expect(try warnings("source: csv, splitBy: patient, \(files)", in: folder).isEmpty)
      #expect(try experiment("source: csv, splitBy: patient, \(files)", "linear: 2").data.groups?.count == 8)
    }
  }

  @Test func aFileWithoutGroupsIsNotCompared() throws {
    try withFolder { folder in
      try writeTable(["p1", "p2", "p3", "p17"], to: "\(folder)/train.csv")
      try "x,kind\n1,a\n2,b\n".write(toFile: "\(folder)/test.csv", atomically: true, encoding: .utf8)
      let data =
        "source: csv, train: \(folder)/train.csv, test: \(folder)/test.csv, splitBy: patient, validationShare: 0.25"
      #expect(
        try warnings(data, in: folder) == [
          "test.csv has no column patient, so the groups of the test samples were not compared."
        ])
      #expect(try experiment(data, "linear: 2").data.groups?.counts == [.training: 3, .validation: 1])
    }
  }

  @Test func groupsOfSequencesAreCompared() throws {
    try withFolder { folder in
      for (name, patients) in [("train", ["p1", "p2"]), ("validation", ["p3", "p4"]), ("test", ["p1", "p2"])] {
        let rows = patients.enumerated().flatMap { sample, patient in
          (0..<2).map { "s\(sample),\($0 + sample),\(patient),\(sample == 0 ? "a" : "b")\n" }
        }
        try ("id,x,\(name == "validation" ? "who" : "patient"),kind\n" + rows.joined()).write(
          toFile: "\(folder)/\(name).csv", atomically: true, encoding: .utf8)
      }
      let files = "train: \(folder)/train.csv, validation: \(folder)/validation.csv, test: \(folder)/test.csv"
      #expect(
        try warnings(
          "source: csv-sequences, sample: id, splitBy: patient, \(files)", "{lstm: {hiddenSize: 3}}, {linear: 2}",
          in: folder) == [
            "2 groups by patient are both in the training samples and in the test samples, such as p1: results on the test "
              + "samples will look better than they are.",
            "validation.csv has no column patient, so the groups of the validation samples were not compared.",
          ])
    }
  }

  @Test func groupsOfArraysAreCompared() throws {
    try withFolder { folder in
      try writeArchive([1, 1, 10, 10, 9, 9], to: "\(folder)/train.npz")
      try writeArchive([1, 9], named: "z", to: "\(folder)/validation.npz")
      try writeArchive([10, 9, 4], to: "\(folder)/test.npz")
      let files = "train: \(folder)/train.npz, validation: \(folder)/validation.npz, test: \(folder)/test.npz"
      #expect(
        try warnings("source: numpy, splitBy: patient, \(files)", in: folder) == [
          "2 groups by patient are both in the training samples and in the test samples, such as 9: results on the test "
            + "samples will look better than they are.",
          "validation.npz has no array patient, so the groups of the validation samples were not compared.",
        ])
    }
  }

  @Test func groupsOfImageFoldersAreCompared() throws {
    try withFolder { folder in
      try writeImages(["cats/p1_1.jpg", "cats/p2_1.jpg", "dogs/p1_2.jpg"], to: "\(folder)/train")
      try writeImages(["cats/p2_2.jpg", "dogs/p3_1.jpg"], to: "\(folder)/validation")
      try writeImages(["cats/p1_3.jpg", "dogs/rex.jpg"], to: "\(folder)/test")
      #expect(
        try warnings(
          "source: image-folder, folder: \(folder), validation: validation, test: test, splitBy: \"(*)_*\"",
          "flatten, linear: 2", in: folder) == [
            "1 group by (*)_*, p2, is both in the training samples and in the validation samples: results on the "
              + "validation samples will look better than they are.",
            "test/dogs/rex.jpg has no group by the pattern (*)_* (data.splitBy), so the groups of the test samples were "
              + "not compared.",
          ])
    }
  }

  @Test(arguments: ["validation: v.csv", "test: v.csv"]) func aFileIsReasonEnoughForGroups(file: String) throws {
    #expect(try read("data: {source: csv, train: t.csv, splitBy: patient, \(file)}\n").data.files.count == 2)
  }
}
