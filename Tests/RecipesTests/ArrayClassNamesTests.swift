import Datasets
import Diagnostics
import Formats
import Foundation
import Testing

@testable import Recipes

/// The key `classNames` of arrays.
@Suite struct ArrayClassNamesTests {
  /// Calls `body` with the path of an archive of six samples of the classes 0 to 2.
  private func withArchive(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "names-\(UUID().uuidString).npz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [6, 2], floats: (0..<12).map(Float.init))),
        ("y", NPYArray(shape: [6], int32s: [0, 1, 2, 2, 1, 0])),
      ], to: path)
    try body(path)
  }

  private func splits(_ data: String, loss: String = "cross-entropy") throws -> DataSplits {
    try read("data: {source: numpy, \(data)}\nloss: \(loss)\n").makeSplits()
  }

  @Test func allPartsHaveTheNames() throws {
    try withArchive { path in
      let named = try splits("train: \(path), test: \(path), validationShare: 0.5, classNames: [cat, hen, dog, cow]")
      let names = ["cat", "hen", "dog", "cow"]
      #expect(named.all.map(\.data.classNames) == [names, names, names])
      #expect(named.test?.classes == [0, 1, 2, 2, 1, 0])
      #expect(try splits("train: \(path)").training.classNames == ["0", "1", "2"])
      // A trained model knows its own.
      let facts = DataFacts(inputShape: [2], classNames: ["a", "b", "c"])
      let recipe = try read("data: {source: numpy, train: \(path), classNames: [cat, dog, cow]}\n")
      #expect(try recipe.data.makeSamples(at: path, for: recipe, facts: facts).samples.classNames == ["a", "b", "c"])
    }
  }

  @Test func namesThatDoNotFitAreRefused() throws {
    try withArchive { path in
      func refused(_ names: String, loss: String = "cross-entropy") throws -> Failure {
        try #require(throws: Failure.self) { try splits("train: \(path), classNames: \(names)", loss: loss) }
      }
      let few = try refused("[cat, dog]")
      #expect(few.exitCode == .data && few.message == "\(path): y holds the class 2")
      #expect(few.advice == "there are the classes 0 to 1, those of the training samples or of data.classNames")
      let numbers = try refused("[cat, dog, cow]", loss: "mse")
      #expect(numbers.message == "loss mse compares with numbers, but data.classNames names classes")
      let twice = try refused("[cat, dog, cat]")
      #expect(twice.exitCode == .configuration && twice.message.contains("\"cat\" twice"))
      #expect(try failure(of: "data: {source: hdf5, train: a.h5, classNames: [a, a]}\n").message.contains("twice"))
    }
  }
}
