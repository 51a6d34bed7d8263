import Datasets
import Diagnostics
import Formats
import Foundation
import Tensors
import TestSupport
import Testing

/// Samples are the same from every container, in memory or on disk, checked at start or when they are loaded.
@Suite struct StoredSamplesTests {
  /// Arrays of samples, and the kind of their targets.
  struct Form: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let arrays: [(name: String, shape: [Int], numbers: [Double])]
    var targets = NumPyDataset.TargetKind.classes
    var padding = SequencePadding.behind
  }

  private static func numbers(_ count: Int) -> [Double] { (0..<count).map { Double($0 * 37 % 101) - 50 } }

  static let forms = [
    Form(
      testDescription: "vectors", arrays: [("x", [5, 3], numbers(15)), ("y", [5], [0, 1, 2, 1, 0])]),
    Form(
      testDescription: "images with numbers", arrays: [("x", [4, 3, 2, 2], numbers(48)), ("y", [4, 2], numbers(8))],
      targets: .values),
    Form(
      testDescription: "sequences of one length, a class for each step",
      arrays: [("x", [3, 4, 2], numbers(24)), ("y", [3, 4], (0..<12).map { Double($0 % 3) })]),
    Form(
      testDescription: "sequences padded in front, numbers for each step",
      arrays: [("x", [3, 4, 2], numbers(24)), ("y", [3, 4, 1], numbers(12)), ("lengths", [3], [4, 1, 2])],
      targets: .values, padding: .front),
    Form(
      testDescription: "sequences one after the other",
      arrays: [("x", [7, 2], numbers(14)), ("y", [3], [1, 0, 1]), ("offsets", [4], [0, 1, 5, 7])]),
  ]

  /// Writes a form to a folder in every container, and opens all.
  private func write(_ form: Form, to folder: String) throws -> [any ArrayCollection] {
    func array(_ numbers: [Double], _ shape: [Int], isWhole: Bool) -> NPYArray {
      isWhole
        ? NPYArray(shape: shape, int32s: numbers.map { Int32($0) })
        : NPYArray(shape: shape, floats: numbers.map { Float($0) })
    }
    let isWhole = { (name: String) in name != "x" && !(name == "y" && form.targets == .values) }
    let arrays = form.arrays.map { (name: $0.name, array: array($0.numbers, $0.shape, isWhole: isWhole($0.name))) }
    try NPZArchive.write(arrays, to: "\(folder)/stored.npz", compressed: false)
    try NPZArchive.write(arrays, to: "\(folder)/packed.npz")
    try FileManager.default.createDirectory(atPath: "\(folder)/npy", withIntermediateDirectories: true)
    for (name, array) in arrays { try array.write(to: "\(folder)/npy/\(name).npy") }
    var all: [any ArrayCollection] = [
      try NPZArchive(contentsOf: "\(folder)/stored.npz"), try NPZArchive(contentsOf: "\(folder)/packed.npz"),
      try NPYFolder(folder: "\(folder)/npy"),
    ]
    #if canImport(CHDF5)
      for (name, isPacked) in [("plain.h5", false), ("packed.h5", true)] {
        let path = "\(folder)/\(name)"
        try writeHDF5(
          form.arrays.map {
            HDF5Array(
              $0.name, $0.shape, $0.numbers, isWhole: isWhole($0.name),
              chunk: isPacked ? $0.shape.map { max(1, $0 / 2) } : nil, isPacked: isPacked)
          }, to: path)
        all.append(try HDF5Files([path], path: path))
      }
    #endif
    return all
  }

  private func expectSame(_ loaded: Loaded, _ wanted: Loaded, _ name: String) {
    #expect(loaded.inputs == wanted.inputs && loaded.values == wanted.values, "\(name)")
    #expect(loaded.classes == wanted.classes && loaded.lengths == wanted.lengths, "\(name)")
  }

  @Test(arguments: forms)
  func samplesAreTheSameFromEveryContainer(form: Form) throws {
    try withFolder { folder in
      let all = try write(form, to: folder)
      func open(_ arrays: any ArrayCollection) throws -> NumPyDataset {
        try NumPyDataset(arrays, targets: form.targets, padding: form.padding)
      }
      let wanted = try open(all[0])
      #expect(!wanted.loadsAhead)
      for arrays in all {
        for (mostInMemory, mostScanned) in [(1 << 20, 1 << 20), (0, 1 << 20), (0, 0)] {
          let data = try StoredArray.$mostInMemory.withValue(mostInMemory) {
            try ArrayScan.$most.withValue(mostScanned) { try open(arrays) }
          }
          #expect(data.facts == wanted.facts && data.targetLayout == wanted.targetLayout, "\(arrays.path)")
          #expect(data.loadsAhead == (mostInMemory == 0))
          for indices in [[2, 0, 1], [1], [0, 1, 2]] {
            try expectSame(load(data, indices), load(wanted, indices), "\(arrays.path), \(mostInMemory)")
          }
        }
      }
    }
  }

  @Test func numbersOfLargeArraysAreCheckedWhenTheyAreLoaded() throws {
    try withFolder { folder in
      let x = NPYArray(shape: [3, 2, 2], floats: [0, 1, 2, 3, 4, .nan, 6, 7, 8, 9, 10, 11])
      let y = NPYArray(shape: [3, 2], floats: [0, 1, 2, 3, 4, .infinity])
      try NPZArchive.write([("x", x), ("y", y)], to: "\(folder)/t.npz")
      let start = try failure { try NumPyDataset(contentsOf: "\(folder)/t.npz", targets: .values) }
      #expect(start == "\(folder)/t.npz: y[2, 1] is inf as float32, in sample 2")
      let data = try ArrayScan.$most.withValue(0) {
        try NumPyDataset(contentsOf: "\(folder)/t.npz", targets: .values)
      }
      #expect(try load(data, [0]).inputs == [0, 1, 2, 3])
      #expect(try failure { try load(data, [0, 1]) } == "\(folder)/t.npz: x[1, 0, 1] is nan as float32, in sample 1")
      #expect(try failure { try load(data, [2]) } == "\(folder)/t.npz: y[2, 1] is inf as float32, in sample 2")
      // Samples without targets are new inputs, of which all that cannot be answered are named.
      var reported: [Int] = []
      _ = try ArrayScan.$most.withValue(0) {
        try NumPyDataset(contentsOf: "\(folder)/t.npz", targets: nil) { sample, _ in reported.append(sample) }
      }
      #expect(reported == [1])
    }
  }

  @Test func aFileThatChangesMeanwhileIsReported() throws {
    try withFolder { folder in
      for (name, array) in [
        ("x", NPYArray(shape: [4, 2], floats: [0, 1, 2, 3, 4, 5, 6, 7])),
        ("y", NPYArray(shape: [4], int32s: [0, 1, 0, 1])),
      ] { try array.write(to: "\(folder)/\(name).npy") }
      let data = try StoredArray.$mostInMemory.withValue(0) { try NumPyDataset(contentsOf: folder) }
      #expect(try load(data, [3]).inputs == [6, 7])
      #expect(truncate("\(folder)/x.npy", 130) == 0)
      #expect(
        try failure { try load(data, [3]) }
          == "'\(folder)/x.npy' changed while it was in use: it has 130 bytes, and had 160.")
    }
  }

  @Test func aReaderTakesFoldersAndSingleFiles() throws {
    try withFolder { folder in
      try NPYArray(shape: [3, 2], floats: [0, 1, 2, 3, 4, 5]).write(to: "\(folder)/x.npy")
      let reader = NumPyReader(shape: [2])
      #expect(reader.isInput(folder: folder) && !reader.isInput(folder: "/"))
      for input in [folder, "\(folder)/x.npy"] {
        #expect(try load(reader.samples(input), [2, 1]).inputs == [4, 5, 2, 3])
      }
    }
  }

  #if canImport(CHDF5)
    @Test func largeChunksAreReported() throws {
      try withFolder { folder in
        let path = "\(folder)/t.h5"
        func notice(chunk: Int, isPacked: Bool) throws -> String? {
          try writeHDF5(
            [
              HDF5Array("in", [200, 2], Self.numbers(400), chunk: [chunk, 2], isPacked: isPacked),
              HDF5Array("y", [200], (0..<200).map { Double($0 % 2) }, isWhole: true),
            ], to: path)
          let files = try HDF5Files([path], path: path, renamed: ["x": "in"])
          return try StoredArray.$mostInMemory.withValue(0) { try files.chunkNotice(of: NumPyDataset(files)) }
        }
        #expect(try notice(chunk: 100, isPacked: true)?.contains("a compressed chunk of in holds 100 samples") == true)
        #expect(try notice(chunk: 100, isPacked: false) == nil && notice(chunk: 10, isPacked: true) == nil)
        let files = try HDF5Files([path], path: path, renamed: ["x": "out"])
        #expect(try failure { try NumPyDataset(files) } == "\(path): there is no data set \"out\"; it holds in, y")
      }
    }
  #endif
}
