import Datasets
import Diagnostics
import Formats
import Foundation
import Tensors
import Testing

@testable import Recipes

/// Mixing in recipes, and the samples that it refuses.
@Suite struct MixSettingsTests {
  @Test func mixingIsReadFromARecipe() throws {
    #expect(try read().mix.mixing == nil)
    #expect(try read("mix: {mixup: 0.2, cutmix: 1.0}\n").mix.mixing == Mixing(mixup: 0.2, cutmix: 1))
    #expect(try read("", "mix.mixup=0.4").mix.mixing == Mixing(mixup: 0.4))
    #expect(
      try failure(of: "mix: {mixup: -1}\n") == wrong("recipe.yaml:5: mix.mixup must be at least 0, not -1"))
    #expect(try failure(of: "mixup: 0.2\n").advice?.contains("mix") == true)
    #expect(try failure(of: "mix: {mixup_alpha: 0.2}\n").advice?.contains("mixup") == true)
  }

  /// The message for a recipe on twelve samples of a shape, with three numbers or one of three classes each.
  private func refusal(
    _ keys: String, _ shape: [Int], layers: String, numbers: Bool = false, hasLengths: Bool = false
  ) throws -> String {
    let path = NSTemporaryDirectory() + "mix-\(UUID().uuidString).npz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let count = shape.reduce(12, *)
    var arrays = [("x", NPYArray(shape: [12] + shape, floats: (0..<count).map { Float($0 % 5) }))]
    arrays.append(
      numbers
        ? ("y", NPYArray(shape: [12, 3], floats: (0..<36).map { Float($0 % 2) }))
        : ("y", NPYArray(shape: [12], int32s: (0..<12).map { Int32($0 % 3) })))
    if hasLengths { arrays.append(("lengths", NPYArray(shape: [12], int32s: (0..<12).map { Int32($0 % 2 + 3) }))) }
    try NPZArchive.write(arrays, to: path)
    let recipe = try Recipe.parse(
      "data: {source: numpy, train: \(path)}\nbatch: 4\nshards: 2\nmodel:\n  layers: [\(layers), linear: 3]\n\(keys)\n",
      file: "mix.yaml")
    do {
      _ = try recipe.makeExperiment()
      return ""
    } catch let failure as Failure {
      #expect(failure.exitCode == .configuration && failure.advice != nil)
      return failure.message
    }
  }

  @Test func whatCannotBeMixedIsRefused() throws {
    let gru = "gru: {hiddenSize: 3}"
    #expect(try refusal("mix: {mixup: 1}", [4, 2], layers: gru) == "")
    #expect(try refusal("mix: {mixup: 1}\nloss: mse", [4, 2], layers: gru, numbers: true) == "")
    #expect(try refusal("mix: {cutmix: 1}", [4, 5, 1], layers: "flatten") == "")
    #expect(
      try refusal("mix: {mixup: 1}", [4, 2], layers: gru, hasLengths: true)
        == "mix.yaml:6: mix adds samples value by value, but these differ in length")
    #expect(
      try refusal("mix: {mixup: 1}", [4, 1], layers: "embedding: {count: 5, dimension: 3}, \(gru)")
        == "mix.yaml:6: mix adds samples value by value, but the layer embedding takes them as indices")
    #expect(
      try refusal("mix: {cutmix: 1}", [4, 2], layers: gru)
        .hasPrefix("mix.yaml:6: mix.cutmix cuts a box out of images, but samples are "))
  }

  @Test func aBatchOfOneMixesNothing() throws {
    let recipe = try read("mix: {mixup: 1}\nbatch: 1\nshards: 1\n", "model.layers.1.linear.outputs=4")
    let warnings = try recipe.makeExperiment().warnings
    #expect(warnings.contains { $0.hasPrefix("mix mixes the samples of a batch with each other, but batch is 1.") })
  }
}
