import Formats
import TestSupport

extension Fault {
  /// Faults of samples in NumPy files.
  static let arrays = [
    training(testDescription: "a missing archive", status: 66, says: "'data.npz' cannot be opened: No such file.") {
      _ in
    },
    training(
      testDescription: "an archive cut short", says: "'data.npz' cannot be read as an .npz archive: Not a zip archive."
    ) { folder in
      try write(folder)
      let bytes = try folder.bytes("data.npz")
      try folder.write(Array(bytes[..<(bytes.count / 2)]), to: "data.npz")
    },
    training(
      testDescription: "a folder in place of an archive", status: 66,
      says: "'data.npz' cannot be read: it is a folder without .npy files."
    ) { try Folder(path: $0["data.npz"]).create() },
    training(
      testDescription: "random bytes", says: "'data.npz' cannot be read as an .npz archive: Not a zip archive."
    ) { folder in
      var random = TestRandom(3)
      try folder.write((0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }, to: "data.npz")
    },
    training(
      testDescription: "a changed byte in an array",
      says: "'data.npz', entry 'x.npy' cannot be read: CRC error."
    ) { folder in
      try write(folder)
      var bytes = try folder.bytes("data.npz")
      bytes[400] ^= 1
      try folder.write(bytes, to: "data.npz")
    },
    folder(
      testDescription: "a folder of arrays without y", says: "data: there is no array \"y\"; it holds x"
    ) { try NPYArray(shape: [4, 8, 8], floats: [Float](repeating: 1, count: 256)).write(to: $0["data/x.npy"]) },
    folder(
      testDescription: "an array of a folder cut short",
      says: "'data/x.npy': 872 bytes follow the header, but the shape 4 × 8 × 8 of elements of 4 bytes needs 1024."
    ) {
      let x = NPYArray(shape: [4, 8, 8], floats: [Float](repeating: 1, count: 256))
      try $0.write(Array(x.encoded().prefix(1000)), to: "data/x.npy")
      try NPYArray(shape: [4], int32s: [0, 1, 2, 3]).write(to: $0["data/y.npy"])
    },
    folder(testDescription: "more labels than samples in a folder", says: "data: y has the shape [5]") {
      try NPYArray(shape: [4, 8, 8], floats: [Float](repeating: 1, count: 256)).write(to: $0["data/x.npy"])
      try NPYArray(shape: [5], int32s: [0, 1, 2, 3, 0]).write(to: $0["data/y.npy"])
    },
    training(testDescription: "no x", says: "data.npz: there is no array \"x\"; it holds X, y") {
      try write($0, x: "X")
    },
    training(testDescription: "an x of one axis", says: "data.npz: x has the shape [40]") {
      try write($0, shape: [40])
    },
    training(testDescription: "no samples", says: "data.npz: there are no samples: x has the shape [0, 8, 8]") {
      try write($0, shape: [0, 8, 8], y: [])
    },
    training(testDescription: "a y of another length", says: "data.npz: y has the shape [39]") {
      try write($0, y: [Int32](repeating: 1, count: 39))
    },
    training(testDescription: "a negative class", says: "data.npz: y[7] is -2") {
      try write($0, y: (0..<40).map { $0 == 7 ? -2 : 1 })
    },
    training(testDescription: "a length beyond the steps", says: "data.npz: lengths[39] is 9") {
      try write($0, lengths: (0..<40).map { $0 == 39 ? 9 : 8 })
    },
    training(
      testDescription: "more classes than outputs", status: 78,
      says: "temporal-order:18: model.layers.1 (linear): the model gives 4 outputs, but the data has 5 classes"
    ) {
      try write($0, y: (0..<40).map { $0 % 5 })
    },
    Fault(
      testDescription: "a letter that is no symbol", arguments: ["predict", "run", "BcQd"], status: 65,
      message: "sequence \"BcQd\": \"Q\" at place 3 is not a symbol of this task", prepare: writeRun),
    Fault(
      testDescription: "a sequence that is too long", arguments: ["predict", "run", "BcXdaYbcE"], status: 65,
      message: "sequence \"BcXdaYbcE\" has 9 symbols", prepare: writeRun),
  ]

  /// A training on a folder of arrays.
  private static func folder(
    testDescription: String, says message: String, prepare: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription,
      arguments: ["train", "data.source=numpy", "data.train=data", "steps=1", "--out", "run"], status: 65,
      message: message
    ) {
      try Folder(path: $0["data"]).create()
      try prepare($0)
    }
  }

  private static func training(
    testDescription: String, status: Int32 = 65, says message: String,
    prepare: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription,
      arguments: ["train", "data.source=numpy", "data.train=data.npz", "steps=1", "--out", "run"], status: status,
      message: message, prepare: prepare)
  }

  /// Writes an archive of 40 samples of 8 steps of 8 features, valid except for the arguments' changes.
  private static func write(
    _ folder: Folder, x name: String = "x", shape: [Int] = [40, 8, 8],
    y: [Int32] = [Int32](repeating: 3, count: 40), lengths: [Int32]? = nil
  ) throws {
    var random = TestRandom(4)
    var arrays = [
      (name: name, array: NPYArray(shape: shape, floats: random.floats(shape.reduce(1, *)))),
      (name: "y", array: NPYArray(shape: [y.count], int32s: y)),
    ]
    if let lengths { arrays.append(("lengths", NPYArray(shape: [lengths.count], int32s: lengths))) }
    try NPZArchive.write(arrays, to: folder["data.npz"], compressed: false)
  }

  /// Writes a minimal run of the easy temporal-order task: recipe, facts about the data, and weights.
  private static func writeRun(_ folder: Folder) throws {
    try Folder(path: folder["run"]).create()
    try folder.write("model:\n  layers: [lstm, linear: {outputs: 4}]\n", to: "run/recipe.yaml")
    try folder.write(#"{"inputShape": [8, 8], "classNames": ["Q", "R", "S", "U"]}"#, to: "run/data.json")
    try temporalOrderWeights.write(to: folder["run/weights.safetensors"])
  }
}
