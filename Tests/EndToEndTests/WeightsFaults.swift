import Formats
import Foundation
import TestSupport

/// Weights that fit the default recipe.
let temporalOrderWeights = SafetensorsFile(
  tensors: [
    ("0.weight_ih_l0", [16, 8]), ("0.weight_hh_l0", [16, 4]), ("0.bias_ih_l0", [16]), ("0.bias_hh_l0", [16]),
    ("1.weight", [4, 4]), ("1.bias", [4]),
  ].map { name, shape in (name, shape, [Float](repeating: 0.125, count: shape.reduce(1, *))) })

extension Fault {
  /// Faults of a file of weights.
  static let weights = [
    starting(
      testDescription: "a missing file of weights", status: 66,
      says: "'start.safetensors' cannot be opened: No such file or directory."
    ) { _ in },
    starting(
      testDescription: "a folder in place of weights", status: 66,
      says: "start.safetensors is a folder, but must be a file of weights"
    ) { try Folder(path: $0["start.safetensors"]).create() },
    starting(
      testDescription: "a pipe in place of weights", status: 66,
      says: "'start.safetensors' cannot be read: it is not a regular file."
    ) { mkfifo($0["start.safetensors"], 0o600) },
    damaging(
      testDescription: "weights cut short",
      says: "'start.safetensors': the tensor '1.bias' at the offsets 960 to 976 leaves the file: "
        + "972 bytes follow the header."
    ) { $0.removeLast(4) },
    damaging(
      testDescription: "a header cut short",
      says:
        "'start.safetensors': the header claims 9223372036854775808 bytes, but 1 bytes follow."
    ) { $0 = [0, 0, 0, 0, 0, 0, 0, 0x80, UInt8(ascii: "{")] },
    damaging(
      testDescription: "a header of 2^63 bytes",
      says:
        "'start.safetensors': the header claims 9223372036854775808 bytes, but 1392 bytes follow."
    ) { $0.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0, 0x80]) },
    damaging(
      testDescription: "weights of torch.save cut short",
      says: "'start.safetensors' cannot be read as an archive of torch.save or numpy.savez: Not a zip archive."
    ) { $0 = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 26) + Array("archive/data.pkl".utf8) },
    damaging(
      testDescription: "weights of an old torch.save",
      says: "'start.safetensors' is not a safetensors file but a pickle, or a file of torch.save before PyTorch 1.6."
    ) { $0 = [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20] },
    damaging(
      testDescription: "a whole module of torch.save",
      says: "'start.safetensors', entry 'a/data.pkl' needs the Python class or function my.Net, but only tensors, "
        + "and dictionaries and lists of them, are read."
    ) { $0 = storedZip([("a/data.pkl", [0x80, 2] + Array("cmy\nNet\n)\u{81}.".utf8))]) },
    damaging(
      testDescription: "an archive of other files",
      says: "'start.safetensors' is a zip archive, but holds no tensors."
    ) { $0 = storedZip([("readme.txt", Array("hello".utf8))]) },
    damaging(
      testDescription: "a single array in place of weights",
      says: "'start.safetensors' is not a safetensors file but a single array of NumPy (.npy)."
    ) { $0 = [0x93] + Array("NUMPY".utf8) + [1, 0] + [UInt8](repeating: 0x20, count: 90) },
    damaging(
      testDescription: "a table in place of weights", says: "'start.safetensors' is not a safetensors file but text."
    ) { $0 = Array("a,b,label\n1,2,x\n".utf8) },
    starting(
      testDescription: "tensors that overlap",
      says: "'start.safetensors': the tensor 'b' at the offsets 4 to 12 overlaps the one before it, which ends at 8."
    ) {
      try $0.write(safetensors(["a": 0..<8, "b": 4..<12], dataCount: 12), to: "start.safetensors")
    },
    starting(
      testDescription: "a tensor that leaves the file",
      says: "'start.safetensors': the tensor 'b' at the offsets 8 to 4096 leaves the file: 16 bytes follow the header."
    ) {
      try $0.write(safetensors(["a": 0..<8, "b": 8..<4096], dataCount: 16), to: "start.safetensors")
    },
    changing(
      testDescription: "a tensor of another shape",
      says: "start.safetensors: tensor \"1.weight\" has the shape [2, 8]"
    ) { $0[4].shape = [2, 8] },
    changing(testDescription: "a missing tensor", says: "start.safetensors: there is no tensor \"1.bias\"") {
      $0.removeLast()
    },
    changing(
      testDescription: "a tensor too many", says: "start.safetensors: the model has no parameter \"2.weight\""
    ) {
      $0.append(("2.weight", [1], [1]))
    },
    starting(
      testDescription: "a prefix that no tensor has", status: 78, settings: ["model.weights.prefix=module"],
      says:
        "command line: model.weights.prefix=module: model.weights.prefix: no tensor's name in start.safetensors begins with \"module.\""
    ) { try temporalOrderWeights.write(to: $0["start.safetensors"]) },
    starting(
      testDescription: "an exception that fits no parameter", status: 78, settings: ["model.weights.except=[fc.*]"],
      says: "command line: model.weights.except=[fc.*]: model.weights.except: no tensor's name fits \"fc.*\""
    ) { try temporalOrderWeights.write(to: $0["start.safetensors"]) },
    starting(
      testDescription: "safetensors by order", status: 78, settings: ["model.weights.match=order"],
      says:
        "command line: model.weights.match=order: model.weights.match is order, but start.safetensors is a safetensors file: its tensors are sorted"
    ) { try temporalOrderWeights.write(to: $0["start.safetensors"]) },
    starting(
      testDescription: "an order of other shapes", settings: ["model.weights.match=order"],
      says:
        "start.safetensors: tensor \"f\" has the shape [4]; it is number 5 of the file, and \"1.weight\" number 5 of the "
        + "model"
    ) {
      var file = temporalOrderWeights
      file.tensors.swapAt(4, 5)
      file.tensors[4].name = "f"
      try file.writeArchive(to: $0["start.safetensors"])
    },
    starting(
      testDescription: "too few tensors by order", settings: ["model.weights.match=order"],
      says: "start.safetensors has 5 tensors, and none for \"1.bias\", number 6 of the model"
    ) {
      var file = temporalOrderWeights
      file.tensors.removeLast()
      try file.writeArchive(to: $0["start.safetensors"])
    },
    starting(
      testDescription: "too many tensors by order", settings: ["model.weights.match=order"],
      says: "start.safetensors: the model has no parameter for \"more\", number 7 of the file"
    ) {
      var file = temporalOrderWeights
      file.tensors.append(("more", [1], [1]))
      try file.writeArchive(to: $0["start.safetensors"])
    },
  ]

  private static func starting(
    testDescription: String, status: Int32 = 65, settings: [String] = [], says message: String,
    prepare: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription,
      arguments: ["train", "model.weights=start.safetensors", "steps=1", "--out", "run"] + settings, status: status,
      message: message, prepare: prepare)
  }

  private static func damaging(
    testDescription: String, says message: String, _ damage: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> Fault {
    starting(testDescription: testDescription, says: message) { folder in
      try temporalOrderWeights.write(to: folder["start.safetensors"])
      var bytes = try folder.bytes("start.safetensors")
      damage(&bytes)
      try folder.write(bytes, to: "start.safetensors")
    }
  }

  private static func changing(
    testDescription: String, says message: String,
    _ change: @escaping @Sendable (inout [SafetensorsFile.Tensor]) -> Void
  ) -> Fault {
    starting(testDescription: testDescription, says: message) { folder in
      var file = temporalOrderWeights
      change(&file.tensors)
      try file.write(to: folder["start.safetensors"])
    }
  }

  /// A file of float32 vectors at these offsets, valid or not.
  private static func safetensors(_ tensors: [String: Range<Int>], dataCount: Int) -> [UInt8] {
    let entries = tensors.sorted { $0.key < $1.key }.map { name, range in
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(range.count / 4)],"
        + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + [UInt8](repeating: 0, count: dataCount)
  }
}
