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
    #expect(
      try warnings("epochs: 5\nschedule: {warmup: 9, warmupMethod: constant}\n").contains(
        "schedule.warmupMethod is constant, and schedule.warmupStart is 0: nothing is learned in the first 9 steps."))
  }

  /// All warnings except the one on the constant column.
  private func others(_ keys: String, layers: String = "linear: 3, relu, linear: 2") throws -> [String] {
    try warnings(keys, layers: layers).filter { !$0.contains("constant") && !$0.contains("same value") }
  }

  @Test func freezingThatNeverEndsOrNeverBeginsIsReported() throws {
    func freezing(_ names: String, _ after: String) throws -> [String] {
      try others("  freeze: [\(names)]\n  unfreeze: \(after)\nepochs: 3\n")
    }
    #expect(try freezing("\"0\"", "2 epochs").isEmpty)
    #expect(try freezing("\"0\"", "{after: 5 steps}").isEmpty)
    #expect(
      try freezing("\"0\"", "3 epochs") == [
        "my.yaml:7: model.unfreeze.after is 3 epochs, after step 6, but training has 6: the frozen parameters never learn."
      ])
    #expect(
      try freezing("\"*\"", "{after: 7}") == [
        "my.yaml:7: model.unfreeze.after is 7 steps, after step 7, but training has 6: nothing is learned."
      ])
    #expect(
      try freezing("\"0\"", "0.0001 epochs") == [
        "my.yaml:7: model.unfreeze.after is 0.0001 epochs, which is step 0, since an epoch has 2: nothing is ever frozen. "
          + "Leave model.freeze out, or write 1 step or more."
      ])
    #expect(
      try freezing("\"*\"", "2 steps") == [
        "my.yaml:6: model.freeze names all parameters: nothing is learned in the first 2 steps."
      ])
  }

  @Test func ratesOfNothingButZeroAreReported() throws {
    #expect(
      try others("optimizer: {name: sgd, learningRate: 0}\n") == [
        "my.yaml:6: optimizer.learningRate is 0: nothing is learned."
      ])
    func groups(_ text: String) throws -> [String] {
      try others("optimizer:\n  name: sgd\n  groups: [\(text)]\n")
    }
    let warning = [
      "my.yaml:8: optimizer.groups: the learning rate of all parameters that are not frozen is 0: nothing is learned."
    ]
    #expect(try groups("{match: \"*\", learningRate: x0}") == warning)
    #expect(try groups("{match: \"0\", learningRate: 0}, {match: \"2\", learningRate: x0}") == warning)
    #expect(try groups("{match: \"0\", learningRate: 0}").isEmpty)
    #expect(
      try others("  freeze: [\"0\"]\noptimizer:\n  name: sgd\n  groups: [{match: \"2\", learningRate: x0}]\n") == [
        "my.yaml:9: optimizer.groups: the learning rate of all parameters that are not frozen is 0: nothing is learned."
      ])
  }

  @Test func groupsWithoutEffectAreReported() throws {
    func groups(_ keys: String, _ groups: String...) throws -> [String] {
      try others("\(keys)optimizer:\n  name: sgd\n  groups:\n" + groups.map { "    - {\($0)}\n" }.joined())
    }
    let (bias, all) = ("match: \"*.bias\", weightDecay: 0.1", "match: \"*\", learningRate: x0.1")
    #expect(try groups("", bias, all).isEmpty)
    #expect(
      try groups("", all, bias) == [
        "my.yaml:10: optimizer.groups.1 (match: *.bias) has no effect: all of its parameters are in earlier groups, such as "
          + "optimizer.groups.0 (match: *). Write it before them."
      ])
    #expect(
      try groups("", "match: 0.bias, weightDecay: 0", "match: 2.bias, weightDecay: 0", bias) == [
        "my.yaml:11: optimizer.groups.2 (match: *.bias) has no effect: all of its parameters are in earlier groups, such as "
          + "optimizer.groups.0 (match: 0.bias). Write it before them."
      ])
    // It keeps its parameters out of the later one.
    #expect(try groups("", "match: \"2\"", all).isEmpty)
    let excluding = "optimizer:\n  name: lars\n  excludeVectors: true\n  groups:\n    - {\(bias)}\n"
    #expect(
      try others(excluding) == [
        "my.yaml:10: optimizer.groups.0 (match: *.bias) has no effect: optimizer.excludeVectors leaves vectors without weight "
          + "decay. Write decayed: weights in its place."
      ])
    #expect(try others(excluding.replacing("*.bias", with: "*")).isEmpty)
    #expect(
      try groups("", all.replacing("*", with: "0"), "match: \"2\"") == [
        "my.yaml:10: optimizer.groups.1 (match: 2) has no effect: it sets neither learningRate nor weightDecay."
      ])
    let frozen =
      "optimizer.groups.0 (match: 0) has no effect: all of its parameters are frozen for the whole training."
    let first = all.replacing("*", with: "0")
    #expect(try groups("  freeze: [\"0\"]\n", first) == ["my.yaml:10: " + frozen])
    #expect(try groups("  freeze: [\"0\"]\n  unfreeze: 1 epoch\n", first).isEmpty)
    #expect(try groups("  freeze: [\"0\"]\n  unfreeze: 1 epoch\nepochs: 1\n", first).last == "my.yaml:12: " + frozen)
    #expect(try groups("  freeze: [0.bias]\n", first).isEmpty)
  }

  @Test func layersThatANetworkReplacesCannotBeChanged() throws {
    let text = "model:\n  layers: [linear: 3]\n"
    let failure = try #require(throws: Failure.self) {
      try Recipe.parse(
        text, file: "my.yaml", overrides: ["model.network=resnet18", "model.layers.0.linear.outputs=5"])
    }
    #expect(
      failure
        == wrong(
          "command line: model.layers.0.linear.outputs=5: model.network gives the layers, so those of the file are not used",
          "leave one of them out, or give the network's options: model.network.KEY=VALUE"))
    #expect(throws: Never.self) { try Recipe.parse(text, file: "my.yaml", overrides: ["model.network=resnet18"]) }
  }
}
