import Diagnostics
import Foundation
import Testing

@testable import Recipes

@Suite struct SamplingSettingsTests {
  @Test(arguments: [
    (
      "epochSamples: 50\n",
      "recipe.yaml:5: an epoch has every sample once with sampling shuffled, but epochSamples is 50 (recipe.yaml:5)",
      "leave epochSamples out, or set sampling to balanced or weights"
    ),
    (
      "data: {source: csv, train: t.csv, fold: 2}\n",
      "recipe.yaml:5: data.fold is 2 (recipe.yaml:5), but there are no folds", "say how many there are: folds: 5"
    ),
    (
      "data: {source: csv, train: t.csv, fold: 4, folds: 3}\n",
      "recipe.yaml:5: data.fold is 4 (recipe.yaml:5), but data.folds is 3 (recipe.yaml:5)", "folds count from 1 to 3"
    ),
    (
      "data: {source: csv, train: t.csv, folds: 3, validationShare: 0.1}\n",
      "recipe.yaml:5: data.folds is 3 (recipe.yaml:5), so each fold is the validation samples in turn, but "
        + "data.validationShare is 0.1",
      "leave validationShare out, or folds"
    ),
    (
      "data: {source: csv, train: t.csv, folds: 3, validation: v.csv}\n",
      "recipe.yaml:5: data.folds is 3 (recipe.yaml:5), so each fold is the validation samples in turn, but "
        + "data.validation is v.csv",
      "leave validation out, or folds"
    ),
    (
      "data: {source: csv, train: t.csv, splitBy: patient}\n",
      "recipe.yaml:5: data.splitBy keeps groups together, but all samples are for training",
      "give validation or test samples by validation, test, validationShare, testShare or folds, or leave splitBy out"
    ),
  ])
  func whatContradictsIsRefused(text: String, message: String, advice: String) throws {
    #expect(try failure(of: text) == wrong(message, advice))
  }

  @Test func drawsNeedAnOrderAndClassesOrWeights() throws {
    func refusal(_ overrides: String...) throws -> String {
      let recipe = try Recipe.load("temporal-order", overrides: overrides)
      return try #require(throws: Failure.self) { try recipe.makeExperiment() }.message
    }
    #expect(
      try refusal("sampling=balanced")
        == "command line: sampling=balanced: sampling is balanced, which draws samples at random, but those of "
        + "temporal-order keep their order")
  }

  @Test func unevenGroupsAreReported() throws {
    let path = NSTemporaryDirectory() + "groups-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = (0..<20).map { "\($0),\($0 < 12 ? "p" : $0 < 18 ? "q" : "r"),\($0 % 2 == 0 ? "a" : "b")\n" }
    try ("x,patient,kind\n" + rows.joined()).write(toFile: path, atomically: true, encoding: .utf8)
    let recipe = try Recipe.parse(
      """
      data: {source: csv, train: \(path), splitBy: patient, validationShare: 0.2, testShare: 0.1}
      batch: 5
      shards: 1
      model: {layers: [linear: 2]}

      """, file: "recipe.yaml")
    let warnings = try recipe.makeExperiment().warnings
    #expect(
      warnings == [
        "30 % of the samples are for validation in place of 20 %, since groups by patient stay together and differ in "
          + "size."
      ])
  }

  @Test func otherProgramsNamesAreKnown() throws {
    #expect(
      try failure(of: "sampler: balanced\n") == wrong("recipe.yaml:5: unknown key sampler", "did you mean sampling?"))
    #expect(
      try failure(of: "data: {source: csv, train: t.csv, n_splits: 5}\n")
        == wrong("recipe.yaml:5: unknown key data.n_splits", "did you mean data.folds?"))
    #expect(
      try failure(of: "data: {source: csv, train: t.csv, groups: patient}\n")
        == wrong("recipe.yaml:5: unknown key data.groups", "did you mean data.splitBy?"))
    #expect(try failure(of: "folds: 5\n") == wrong("recipe.yaml:5: unknown key folds", "did you mean data.folds?"))
  }

  @Test func aRecipeOfFoldsIsOneOfManyTrainings() throws {
    let recipe = try read("data: {source: csv, train: t.csv, folds: 3}\n")
    #expect(recipe.foldsToTrain == 3)
    let second = recipe.ofFold(2)
    #expect(second.foldsToTrain == nil && second.resolvedYAML().contains("fold: 2"))
    #expect(second.hasResult(of: second) && !second.hasResult(of: recipe.ofFold(1)))
    var longer = second
    longer.epochs += 1
    #expect(!longer.hasResult(of: second))
  }
}
