import Datasets
import Diagnostics
import Foundation
import Images
import Testing
import Training

@testable import Recipes

/// Recipes on lists of images.
@Suite struct ImageListTests {
  /// Calls `body` with a folder that has four images and a list of them.
  private func withList(_ list: String, _ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "list-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    for name in ["1", "2", "3", "4"] {
      try FileManager.default.copyItem(
        atPath: tests.appending(path: "Reference/images/grey.jpg").path, toPath: "\(folder)/\(name).jpg")
    }
    try list.write(toFile: "\(folder)/list.csv", atomically: true, encoding: .utf8)
    try body(folder)
  }

  private func experiment(_ folder: String, _ data: String, loss: String = "cross-entropy", outputs: Int = 2) throws
    -> Experiment
  {
    try Recipe.parse(
      """
      data: {source: image-list, train: \(folder)/list.csv, \(data)}
      batch: 2
      shards: 1
      loss: \(loss)
      model: {layers: [flatten, linear: \(outputs)]}

      """, file: "recipe.yaml"
    ).makeExperiment()
  }

  private let list = "path,kind,tags,weight,who\n1.jpg,a,x;y,1,p\n2.jpg,b,,2,q\n3.jpg,a,y,3,p\n4.jpg,b,x,4,r\n"

  @Test func theLossSaysWhatTargetsAre() throws {
    try withList(list) { folder in
      let classes = try experiment(folder, "label: kind").data.training
      #expect(classes.classNames == ["a", "b"] && classes.classes == [0, 1, 0, 1])
      let tags = try experiment(folder, "labels: tags", loss: "binary-cross-entropy").data.training
      #expect(tags.targetLayout == .values(.vector(2)) && tags.classNames == ["x", "y"])
      #expect(tags.targetNames == ["x", "y"] && tags.facts.targetNames == ["x", "y"])
      let numbers = try experiment(folder, "targets: [weight]", loss: "mse", outputs: 1).data.training
      #expect(numbers.targetLayout == .values(.vector(1)) && numbers.classNames.isEmpty)
      #expect(numbers.targetNames == ["weight"] && classes.targetNames.isEmpty && classes.facts.targetNames == nil)
    }
  }

  @Test func partsAndGroupsAreThoseOfTables() throws {
    try withList(list) { folder in
      let parts = try experiment(folder, "label: kind, validationShare: 0.5").data
      #expect(parts.training.count == 2 && parts.validation?.count == 2 && parts.test == nil)
      let grouped = try experiment(folder, "label: kind, testShare: 0.5, splitBy: who").data
      #expect(grouped.groups?.source == "who" && grouped.groups?.count == 3)
      try "path,kind,who\n1.jpg,a,p\n".write(toFile: "\(folder)/other.csv", atomically: true, encoding: .utf8)
      let other = try experiment(folder, "label: kind, test: \(folder)/other.csv, splitBy: who")
      #expect(other.data.test?.count == 1 && other.data.test?.classNames == ["a", "b"])
      #expect(other.warnings.contains { $0.hasPrefix("1 group by who, p, is both in the training samples and in") })
    }
  }

  @Test func missingFilesAreLeftOutOrEndTheJob() throws {
    try withList(list + "5.jpg,a,,5,s\n") { folder in
      let made = try experiment(folder, "label: kind")
      #expect(
        made.data.training.count == 4
          && made.data.notices == ["\(folder)/5.jpg cannot be opened: No such file or directory; left out"])
      let failure = try #require(throws: Failure.self) { try experiment(folder, "label: kind, damaged: fail") }
      #expect(failure.exitCode == .noInput && failure.message.hasPrefix("\(folder)/5.jpg cannot be opened"))
    }
  }

  @Test func faultsNameTheKey() throws {
    try withList("path,weight\n1.jpg,0.5\n2.jpg,1.5\n3.jpg,2.5\n") { folder in
      func failure(_ data: String, loss: String = "cross-entropy") throws -> Failure {
        try #require(throws: Failure.self) { try experiment(folder, data, loss: loss) }
      }
      let numbers = try failure("shuffle: true")
      #expect(
        numbers.message.replacing("\(folder)/", with: "")
          == "list.csv: the last column, weight, holds 3 different numbers, such as 0.5, which would be as many classes"
      )
      #expect(
        try failure("labels: weight").message
          == "loss cross-entropy compares with one class, but data.labels names several")
      #expect(
        try failure("label: weight, labels: weight").message.hasSuffix(
          "data.label and data.labels both name the target"))
      #expect(try failure("label: weight", loss: "mse").message.contains("data.label names a class"))
      let missing = try #require(throws: Failure.self) { try experiment("\(folder)/nowhere", "origin: the attic") }
      #expect(missing.exitCode == .noInput && missing.advice?.contains("get the data: the attic") == true)
    }
  }

  @Test(arguments: [("auto", nil), ("1", 1), ("256", 256)]) func threadsAreANumberOrAuto(text: String, count: Int?)
    throws
  {
    let recipe = try read("data: {source: image-list, train: a.csv, threads: \(text)}\n")
    #expect((recipe.data as? ImageListEntry)?.threads == count)
    #expect(recipe.resolvedYAML().contains("threads: \(text)"))
    #expect((try read("data: {source: cifar, folder: a, threads: \(text)}\n").data as? CIFAREntry)?.threads == count)
  }

  @Test(arguments: ["0", "257", "many", "1.5"]) func otherThreadsAreRefused(text: String) throws {
    #expect(
      try failure(of: "data: {source: image-folder, folder: a, threads: \(text)}\n").message.contains(
        "data.threads must be auto, or a whole number from 1 to 256, not"))
  }

  @Test func threadsAndCacheMayChangeWhenARunIsResumed() throws {
    let (one, other) = try (
      read("data: {source: image-list, train: a.csv}\n"),
      read("data: {source: image-list, train: a.csv, threads: 3, cache: 1}\n")
    )
    #expect(one.firstDifference(from: other) == nil)
  }
}
