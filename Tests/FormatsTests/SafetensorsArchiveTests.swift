import Foundation
import Formats
import Testing

/// Weights as NumPy archives.
@Suite struct SafetensorsArchiveTests {
  private let file = SafetensorsFile(
    tensors: [("0.weight", [2, 3], [1, -2, 0.5, 4, 5, 6]), ("0.bias", [2], [0.1, .infinity])],
    integers: [("1.num_batches_tracked", [], [1 << 40])], metadata: ["recipe": "name: é"])

  @Test func writtenArchivesAreReadBack() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/weights.npz"
      try file.writeArchive(to: path)
      let read = try SafetensorsFile(contentsOfArchive: path)
      #expect(read.tensors.map(\.name) == ["0.weight", "0.bias"] && read.tensors.map(\.shape) == [[2, 3], [2]])
      #expect(read.tensors.map(\.values) == file.tensors.map(\.values))
      #expect(read.integers.map(\.name) == ["1.num_batches_tracked"] && read.integers.map(\.values) == [[1 << 40]])
      #expect(read.integers.map(\.shape) == [[]])
      // The archive's comment is the file's end.
      let bytes = try Data(contentsOf: URL(filePath: path))
      #expect(bytes.suffix(20) == Data(#"{"recipe":"name: é"}"#.utf8).suffix(20))
      try file.writeArchive(to: path)
      #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }
  }

  /// The recipe of a large network is longer than a comment can be; the rest stays.
  @Test func onlyTooLongMetadataIsLeftOut() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/weights.npz"
      var large = file
      large.metadata = ["recipe": String(repeating: "layer\n", count: 20_000), "name": "large", "mean": "[0.5]"]
      try large.writeArchive(to: path)
      let comment = Data(#"{"mean":"[0.5]","name":"large"}"#.utf8)
      #expect(try Data(contentsOf: URL(filePath: path)).suffix(comment.count) == comment)
    }
  }

  @Test func otherTypesBecomeFloats() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/weights.npz"
      try NPZArchive.write(
        [("a", NPYArray(shape: [2], doubles: [0.1, -3])), ("b", NPYArray(shape: [1], int32s: [7]))], to: path)
      let read = try SafetensorsFile(contentsOfArchive: path)
      #expect(read.tensors.map(\.values) == [[0.1, -3], [7]] && read.integers.isEmpty && read.metadata.isEmpty)
      #expect(NPYArray(shape: [1], int32s: [7]).int64s() == nil)
    }
  }

  @Test func aMissingArchiveIsNamed() {
    expectFailure(.noInput, "nowhere.npz") { _ = try SafetensorsFile(contentsOfArchive: "nowhere.npz") }
  }
}
