import Diagnostics
import Foundation
import Testing

@testable import Recipes

/// What only shows once the data is read or the model is made still names the line and the key.
@Suite struct FailurePlaceTests {
  /// The message for a recipe on a table of six rows with two classes and three groups.
  private func refusal(_ keys: String, data: String = "") throws -> String {
    let path = NSTemporaryDirectory() + "places-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = (0..<6).map { "\($0),p\($0 / 2),\($0 % 2 == 0 ? "a" : "b")\n" }
    try ("x,who,kind\n" + rows.joined()).write(toFile: path, atomically: true, encoding: .utf8)
    let text = """
      batch: 2
      shards: 2
      model: {layers: [linear: 2]}
      data:
        source: csv
        train: \(path)
        \(data.isEmpty ? "ignore: [who]" : data)
      \(keys)
      """
    let recipe = try Recipe.parse(text, file: "my.yaml")
    let failure = try #require(throws: Failure.self) { try recipe.makeExperiment() }
    #expect(failure.advice != nil)
    return failure.message
  }

  @Test func keysOfTheDataAreNamedWithTheirLine() throws {
    #expect(
      try refusal("", data: "folds: 7\n  ignore: [who]")
        == "my.yaml:7: data.folds is 7, but there are 6 samples to divide")
    #expect(
      try refusal("", data: "testShare: 0.01\n  ignore: [who]")
        == "my.yaml:7: data.testShare: 6 samples cannot be split into 6 for training, 0 for validation and 0 for testing"
    )
    #expect(
      try refusal("", data: "splitBy: who\n  folds: 4")
        == "my.yaml:7: data.splitBy: the samples have 3 groups by who, too few for 4 parts")
  }

  @Test func keysOfTheTrainingAreNamedWithTheirLine() throws {
    #expect(
      try refusal("loss:\n  name: cross-entropy\n  classWeights: [1, 2, 3]")
        == "my.yaml:10: loss.classWeights has 3 entries, but the model gives 2 classes")
    #expect(
      try refusal("sampling: weights") == "my.yaml:8: sampling is weights, but data.weight names no column of weights")
    #expect(
      try refusal("mix: {cutmix: 1}").hasPrefix("my.yaml:8: mix.cutmix cuts a box out of images, but samples are "))
  }

  @Test func otherFailuresStayAsTheyAre() throws {
    let recipe = try Recipe.parse("batch: 8\nmodel: {layers: [linear: 2]}\n", file: "my.yaml")
    let failure = Failure(.data, "batch is wrong")
    #expect(throws: failure) { try recipe.placing("shards") { () throws -> Void in throw failure } }
    #expect(throws: failure.located("my.yaml:1")) {
      try recipe.placing("shards", "batch") { () throws -> Void in throw failure }
    }
    let other = Failure(.data, "the batch is wrong")
    #expect(throws: other) { try recipe.placing("batch") { () throws -> Void in throw other } }
  }
}
