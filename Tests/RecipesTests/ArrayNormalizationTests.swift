import Datasets
import Diagnostics
import Formats
import Foundation
import Testing

@testable import Recipes

/// The keys `mean` and `std` of arrays.
@Suite struct ArrayNormalizationTests {
  /// Calls `body` with the path of an archive of 12 samples of three features, and of one with two.
  private func withArchives(_ body: (_ three: String, _ two: String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "normalization-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for features in [3, 2] {
      try NPZArchive.write(
        [
          ("x", NPYArray(shape: [12, features], uint8s: (0..<12 * features).map { UInt8($0) })),
          ("y", NPYArray(shape: [12], int32s: (0..<12).map { $0 % 2 })),
        ], to: "\(folder)/\(features).npz")
    }
    try body("\(folder)/3.npz", "\(folder)/2.npz")
  }

  private func recipe(_ data: String) throws -> Recipe {
    let start = "batch: 4\nshards: 2\nmodel: {layers: [linear: 2]}\ndata:\n  source: numpy\n"
    return try Recipe.parse(start + data, file: "my.yaml")
  }

  private func first(_ data: any Dataset) throws -> [Float] {
    let batch = try Batch(for: data, capacity: 1)
    try [1].withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    return withExtendedLifetime(batch) { (0..<batch.view.columns).map { batch.view.base[$0] } }
  }

  @Test func allPartsAndNewInputsAreNormalizedAlike() throws {
    try withArchives { path, _ in
      let recipe = try recipe("  train: \(path)\n  test: \(path)\n  mean: [1, 2, 3]\n  std: 2\n")
      let splits = try recipe.makeSplits()
      let wanted: [Float] = [1, 1, 1]
      #expect(try first(splits.training) == wanted)
      #expect(try first(#require(splits.test)) == wanted)
      let facts = splits.training.facts
      #expect(try first(recipe.makeReader(facts: facts).samples(path)) == wanted)
      #expect(try first(recipe.data.makeSamples(at: path, for: recipe, facts: facts).samples) == wanted)
      #expect(try first(recipe.makeSplitsWithoutNormalization().training) == [3, 4, 5])
      let normalization = try #require(try recipe.inputNormalization())
      #expect(normalization.mean == [1, 2, 3] && normalization.deviation == [2])
    }
  }

  @Test func numbersForOtherChannelsAreRefused() throws {
    try withArchives { three, two in
      let recipe = try recipe("  train: \(three)\n  mean: [1, 2]\n")
      let failure = try #require(throws: Failure.self) { try recipe.makeSplits() }
      #expect(
        failure
          == wrong(
            "my.yaml:7: data.mean has 2 entries, but the samples of \(three) have 3 features",
            "write one number for each feature, which are the last axis of x, or one for all"))
      let other = try self.recipe("  train: \(three)\n  std: [1, 2, 3]\n  validation: \(two)\n")
      let refused = try #require(throws: Failure.self) { try other.makeSplits() }
      #expect(refused.exitCode == .data && refused.message.hasPrefix("\(two): samples have the shape"))
    }
  }

  @Test(arguments: ["numpy", "hdf5"])
  func aDeviationOfZeroIsRefused(source: String) throws {
    #expect(
      try failure(of: "data: {source: \(source), train: a, std: 0}\n")
        == wrong("recipe.yaml:5: data.std must be greater than 0, not 0"))
    #expect(
      try failure(of: "data: {source: \(source), train: a, std: [1, 0]}\n")
        == wrong("recipe.yaml:5: data.std.1 must be greater than 0, not 0"))
    #expect(
      try read("data: {source: \(source), train: a, mean: 3}\n").resolvedYAML().contains("mean: 3\n"))
  }

  @Test func theTextToPasteHasEnoughDigits() throws {
    #expect(InputScales(means: [33.318, 0], deviations: [78.5674, 0])?.text == "mean: [33.32, 0], std: [78.57, 1]")
    #expect(InputScales(means: [1_234_567.8], deviations: [2])?.text == "mean: 1234567.8, std: 2")
    #expect(InputScales(means: [5], deviations: [0]) == nil)
    let many = (0..<100).map { Double($0 % 2) }
    #expect(InputScales(means: many, deviations: many.map { _ in 1 })?.text == "mean: 0.5, std: 1.118")
  }
}
