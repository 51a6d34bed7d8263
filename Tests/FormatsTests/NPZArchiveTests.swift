import Foundation
import Formats
import Testing

@Suite struct NPZArchiveTests {
  @Test("an archive lists its arrays in order and reads each by name")
  func reading() throws {
    let archive = try NPZArchive(contentsOf: fixture("stored.npz"))
    #expect(archive.names == ["cube", "x", "unused"])
    #expect(try archive.array("x").floats() == [1, 2, 3])
    #expect(try archive.array("unused").int32s() == [7])
    #expect(try archive.array("x").floats() == [1, 2, 3], "a second reading gives the same")
  }

  @Test("a missing array is named with the present ones and the nearest")
  func unknownName() throws {
    let archive = try NPZArchive(contentsOf: fixture("stored.npz"))
    expectFailure(.data, "stored.npz' holds no array 'cubes'", "'cube', 'x', 'unused'", "Did you mean 'cube'?") {
      _ = try archive.array("cubes")
    }
  }

  @Test("written archives are read back, and their bytes depend on the arrays alone")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      var sizes: [Int] = []
      for compressed in [true, false] {
        let arrays = [
          ("zeros", NPYArray(shape: [100, 10], floats: [Float](repeating: 0, count: 1000))),
          ("0.weight é", NPYArray(shape: [2], doubles: [0.1, -7])), ("empty", NPYArray(shape: [0], floats: [])),
        ]
        let path = "\(folder)/\(compressed).npz"
        try NPZArchive.write(arrays, to: path, compressed: compressed)
        let archive = try NPZArchive(contentsOf: path)
        #expect(archive.names == arrays.map(\.0))
        for (name, array) in arrays {
          let copy = try archive.array(name)
          #expect(copy.shape == array.shape)
          #expect(copy.doubles() == array.doubles())
        }
        let bytes = try Data(contentsOf: URL(filePath: path))
        sizes.append(bytes.count)
        try NPZArchive.write(arrays, to: path, compressed: compressed)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
      }
      #expect(sizes[0] < 1000)
      #expect(sizes[1] > 4000)
    }
  }

  @Test("an archive of no arrays is written and read")
  func empty() throws {
    try withTemporaryFolder { folder in
      try NPZArchive.write([], to: "\(folder)/empty.npz")
      let archive = try NPZArchive(contentsOf: "\(folder)/empty.npz")
      #expect(archive.names.isEmpty)
      expectFailure(.data, "holds no array 'x'", "It holds no arrays.") { _ = try archive.array("x") }
    }
  }

  @Test("two arrays of one name are refused before anything is written")
  func repeatedNames() throws {
    try withTemporaryFolder { folder in
      let array = NPYArray(shape: [], floats: [1])
      expectFailure(.usage, "'x'", "\(folder)/a.npz") {
        try NPZArchive.write([("x", array), ("x", array)], to: "\(folder)/a.npz")
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
  }

  @Test("a folder that cannot be written to is named")
  func unwritable() {
    expectFailure(.cannotCreate, "'/nowhere/a.npz'", "No such file or directory") {
      try NPZArchive.write([("x", NPYArray(shape: [], floats: [1]))], to: "/nowhere/a.npz")
    }
  }
}

@Suite struct NPZDamageTests {
  /// The first offset of `pattern` in `bytes`.
  private func offset(of pattern: [UInt8], in bytes: [UInt8]) throws -> Int {
    try #require(bytes.indices.first { bytes[$0...].starts(with: pattern) })
  }

  @Test("a missing archive is named, with the reason")
  func missing() {
    expectFailure(.noInput, "'/nowhere/a.npz'", "No such file") { _ = try NPZArchive(contentsOf: "/nowhere/a.npz") }
  }

  @Test("other files are refused", arguments: [0, 1, 10, 1000])
  func foreign(count: Int) throws {
    try withFile([UInt8](repeating: 0x20, count: count), type: "npz") { path in
      expectFailure(.data, path, "numpy.savez") { _ = try NPZArchive(contentsOf: path) }
    }
  }

  @Test("an archive cut short anywhere is refused when opened or read")
  func cutShort() throws {
    let whole = try fixtureBytes("stored.npz")
    for count in stride(from: 0, to: whole.count, by: 7) {
      try withFile(Array(whole[..<count]), type: "npz") { path in
        expectFailure(.data, path) { _ = try NPZArchive(contentsOf: path) }
      }
    }
  }

  @Test("a changed byte of an array is found by its checksum")
  func checksum() throws {
    var bytes = try fixtureBytes("stored.npz")
    let three: [UInt8] = [0, 0, 0x40, 0x40]
    bytes[try offset(of: three, in: bytes)] ^= 1
    try withFile(bytes, type: "npz") { path in
      let archive = try NPZArchive(contentsOf: path)
      expectFailure(.data, "'\(path)', entry 'x.npy'", "CRC error") { _ = try archive.array("x") }
      #expect(try archive.array("unused").int32s() == [7], "the other entries can still be read")
    }
  }

  @Test("a directory that claims gigabytes is refused without allocating them")
  func falseSize() throws {
    var bytes = try fixtureBytes("types.npz")
    let entry = try offset(of: [0x50, 0x4B, 1, 2], in: bytes)
    for (byte, value) in [0xF0, 0xFF, 0xFF, 0xFE].enumerated() { bytes[entry + 24 + byte] = UInt8(value) }
    try withFile(bytes, type: "npz") { path in
      expectFailure(.data, path) {
        let archive = try NPZArchive(contentsOf: path)
        _ = try archive.array("f2-little-C")
      }
    }
  }

  @Test("an entry that is no NumPy array is named")
  func foreignEntry() throws {
    var bytes = try fixtureBytes("stored.npz")
    let names = [0x93] + Array("NUMPY".utf8)
    bytes[try offset(of: names, in: bytes)] = 0
    try withFile(bytes, type: "npz") { path in
      expectFailure(.data, "entry 'cube.npy'") { _ = try NPZArchive(contentsOf: path).array("cube") }
    }
  }

  @Test("of arrays that are not wanted only the headers are read")
  func unwanted() throws {
    var bytes = try fixtureBytes("stored.npz")
    let three: [UInt8] = [0, 0, 0x40, 0x40]
    bytes[try offset(of: three, in: bytes)] ^= 1
    try withFile(bytes, type: "npz") { path in
      let archive = try openTensorArchive(path)
      #expect(archive.tensors.map(\.name) == ["cube", "x", "unused"])
      #expect(archive.tensors[1].shape == [3])
      #expect(try archive.floats(at: 2) == [7])
      expectFailure(.data, "entry 'x.npy'", "CRC error") { _ = try archive.floats(at: 1) }
    }
  }

  @Test("an entry of another size than its header says is refused before it is unpacked")
  func falseShape() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.npz"
      let array = NPYArray(shape: [100, 10], floats: [Float](repeating: 0, count: 1000))
      try NPZArchive.write([("x", array)], to: path, compressed: false)
      var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      for (shape, held) in [("(100, 11)", "needs 4400"), ("(001, 10)", "needs 40.")] {
        let start = try offset(of: Array("(".utf8), in: bytes)
        bytes.replaceSubrange(start..<start + 9, with: Array(shape.utf8))
        try withFile(bytes, type: "npz") { path in
          // Its checksum is wrong, too, which would be found at its end.
          expectFailure(.data, "entry 'x.npy': 4000 bytes follow the header", held) {
            _ = try NPZArchive(contentsOf: path).array("x")
          }
          expectFailure(.data, "entry 'x.npy': 4000 bytes follow the header", held) {
            _ = try openTensorArchive(path)
          }
        }
      }
    }
  }
}
