import Datasets
import Diagnostics
import Formats
import Foundation
import Tensors
import Testing
import Training

@testable import Recipes

/// Warnings about settings that are allowed but probably mistakes.
@Suite struct RecipeWarningTests {
  /// The warnings of a recipe on a table of ten rows with three columns, the second always 7, and two classes.
  private func warnings(_ keys: String, layers: String = "linear: 2") throws -> [String] {
    let path = NSTemporaryDirectory() + "warnings-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = (0..<10).map { "\($0),7,\($0 * $0 % 7),\($0 % 2 == 0 ? "a" : "b")" }
    try ("x,bias,y,kind\n" + rows.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let recipe = try Recipe.parse(
      "data: \(path)\nbatch: 5\nshards: 1\nmodel:\n  layers: [\(layers)]\n" + keys, file: "my.yaml")
    let splits = try recipe.makeSplits()
    return try RecipeWarnings(recipe, network: recipe.makeNetwork(inputShape: splits.training.inputShape), data: splits)
      .all()
  }

  @Test func aConstantColumnIsNamed() throws {
    #expect(
      try warnings("") == [
        "The same value in every training sample: column \"bias\" (always 7.0). It tells the model nothing. "
          + "data.ignore leaves columns out."
      ])
  }

  @Test func softmaxBeforeCrossEntropyIsReported() throws {
    let all = try warnings("", layers: "linear: 2, softmax")
    #expect(all.count == 2)
    #expect(
      all[0]
        == "my.yaml:5: model.layers.1 (softmax): loss cross-entropy takes logits, and makes shares of them itself. "
        + "Leave softmax out.")
    #expect(try warnings("", layers: "linear: 2, sequential: [relu, softmax]").count == 2)
  }

  @Test(arguments: ["relu6", "hardsigmoid", "softplus", "log-softmax"])
  func lastLayersThatLimitLogitsAreReported(layer: String) throws {
    let warning = try warnings("", layers: "linear: 2, \(layer)")[0]
    #expect(warning.hasPrefix("my.yaml:5: model.layers.1 (\(layer)): loss cross-entropy takes logits, "))
    #expect(warning.hasSuffix("Leave \(layer) out."))
  }

  @Test func moreOutputsThanClassesAreReported() throws {
    #expect(
      try warnings("", layers: "linear: 5")[0]
        == "The model gives 5 outputs, but the data has 2 classes. The others are never right.")
  }

  @Test func aScheduleShorterThanTheTrainingIsReported() throws {
    #expect(
      try warnings("epochs: 4\nschedule: {name: cosine, length: 2 epochs, warmup: 1}\n")[0]
        == "schedule.length ends at step 5 of 8. From step 6 on the learning rate is 0: nothing is learned there.")
    #expect(
      try warnings("epochs: 4\nschedule: {name: polynomial, length: 7, minimum: 0.001}\n")[0]
        == "schedule.length ends at step 7 of 8. From step 8 on the learning rate is 0.001.")
    #expect(try warnings("epochs: 4\nschedule: {name: one-cycle, length: 8}\n").count == 1)
    #expect(try warnings("epochs: 4\nsteps: 3\nschedule: {name: cosine, length: 3}\n").count == 1)
  }

  @Test func aWarmUpThatNeverEndsIsReported() throws {
    #expect(
      try warnings("epochs: 3\nschedule: {name: constant, warmup: 4 epochs}\n")[0]
        == "schedule.warmup is 8 steps, but training has 6. It never reaches the learning rate.")
    #expect(try warnings("epochs: 5\nschedule: {name: constant, warmup: 4 epochs}\n").count == 1)
  }
}
