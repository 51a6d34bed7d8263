import Datasets
import Diagnostics
import Foundation
import Testing

@testable import Recipes

/// Files of a source that are no inputs for `predict`.
@Suite struct InputFileTests {
  @Test(arguments: [
    ("source: tar, train: t.tar", [8, 8, 3], "new.TAR", "a tar file of samples", "image files or .npy files"),
    ("source: tar, train: t.tar, input: png", [8, 8, 3], "new.tar", "a tar file of samples", "image files"),
    ("source: tar, train: t.tar", [5], "new.tar", "a tar file of samples", ".npy files"),
    ("source: image-list, train: t.csv", [8, 8, 3], "new.csv", "a list of images", "image files"),
  ])
  func filesOfSamplesAreLeftToEvaluate(data: String, shape: [Int], name: String, kind: String, wanted: String) throws {
    let path = NSTemporaryDirectory() + "input-\(UUID().uuidString)-\(name)"
    try Data("path,kind\n".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let reader = try read("data: {\(data)}\n").makeReader(facts: DataFacts(inputShape: shape, classNames: ["a", "b"]))
    #expect(!reader.fileEndings.isEmpty && !reader.fileEndings.contains(String(name.suffix(3))))
    let failure = try #require(throws: Failure.self) { try reader.samples(path) }
    #expect(failure.exitCode == .data)
    #expect(failure.message == "\(path) is \(kind), which dp-train evaluate reads, with its targets")
    #expect(failure.advice == "predict takes \(wanted), or a folder of them")
    // A file that is not there is not said to be one.
    let missing = try #require(throws: Failure.self) { try reader.samples("\(path).not-there.\(name)") }
    #expect(missing.exitCode == .noInput)
  }
}
