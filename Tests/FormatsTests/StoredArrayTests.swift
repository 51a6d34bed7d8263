import Diagnostics
import Formats
import Foundation
import TestSupport
import Testing

@Suite struct StoredArrayTests {
  /// The numbers of a range, with the bits that `NPYArray` gives them.
  private func bits(_ array: StoredArray, _ range: Range<Int>) throws -> [UInt32] {
    try [Float](unsafeUninitializedCapacity: range.count) { buffer, count in
      if let base = buffer.baseAddress { try array.read(range, into: base) }
      count = range.count
    }.map(\.bitPattern)
  }

  /// The rows of a range, each read to a place of its own, with a gap between them.
  private func spread(_ array: StoredArray, _ range: Range<Int>, width: Int) throws -> [Float] {
    let rows = range.count / width
    var floats = [Float](repeating: -1, count: rows * (width + 1))
    try floats.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try array.read(range, width: width) { base + $0 * (width + 1) }
    }
    return floats
  }

  /// The same numbers as the array as a whole has.
  private func expectSame(_ stored: StoredArray, as whole: NPYArray, _ name: String) throws {
    #expect(stored.shape == whole.shape && stored.element == whole.element, "\(name)")
    let floats = whole.floats().map(\.bitPattern)
    let width = whole.shape.last ?? 1
    for range in [0..<whole.count, width..<2 * width, 1..<width, width - 1..<whole.count - 1] {
      #expect(try bits(stored, range) == Array(floats[range]), "\(name) \(range)")
    }
    let rows = try spread(stored, 0..<2 * width, width: width).map(\.bitPattern)
    let gap = Float(-1).bitPattern
    #expect(rows == Array(floats[..<width]) + [gap] + Array(floats[width..<2 * width]) + [gap], "\(name)")
    #expect(try stored.array().doubles() == whole.doubles(), "\(name)")
  }

  @Test("arrays in memory and on disk give the same numbers, of every type and byte order", arguments: [0, 1 << 20])
  func types(mostInMemory: Int) throws {
    try StoredArray.$mostInMemory.withValue(mostInMemory) {
      for file in ["stored-types.npz", "types.npz"] {
        let archive = try NPZArchive(contentsOf: fixture(file))
        for name in archive.names where mostInMemory > 0 || !name.hasSuffix("F") {
          let stored = try archive.stored(name)
          #expect(stored.isInMemory == (mostInMemory > 0))
          try expectSame(stored, as: archive.array(name), name)
        }
      }
      for file in ["halves.npy", "wide.npy", "version1.npy", "version2.npy", "version3.npy", "fractions.npy"] {
        let whole = try NPYArray(contentsOf: fixture(file))
        let stored = try StoredArray(contentsOf: fixture(file))
        #expect(try bits(stored, 0..<whole.count) == whole.floats().map(\.bitPattern), "\(file)")
      }
      #expect(try StoredArray(contentsOf: fixture("wide.npy")).firstRounded() == nil)
    }
  }

  @Test("arrays longer than the buffers are read in parts")
  func parts() throws {
    try withTemporaryFolder { folder in
      let values = (0..<200_000).map { Double($0) / 3 }
      try NPYArray(shape: [2, 100_000], doubles: values).write(to: "\(folder)/x.npy")
      try NPYArray(shape: [200_000], int32s: (0..<200_000).map { Int32($0) + 16_700_000 }).write(to: "\(folder)/n.npy")
      try StoredArray.$mostInMemory.withValue(0) {
        let arrays = try NPYFolder(folder: folder)
        #expect(arrays.names == ["n", "x"])
        let x = try arrays.stored("x")
        #expect(try bits(x, 0..<200_000) == values.map { Float($0).bitPattern })
        #expect(try spread(x, 0..<200_000, width: 100_000)[100_001] == Float(values[100_000]))
        #expect(try spread(x, 0..<200_000, width: 7)[8] == Float(values[7]))
        #expect(try x.firstRounded() == nil)
        #expect(try arrays.stored("n").firstRounded() == 16_777_217)
      }
    }
  }

  @Test("large arrays in Fortran order are refused")
  func fortranOrder() throws {
    StoredArray.$mostInMemory.withValue(0) {
      expectFailure(.data, "entry 'cube.npy' is in Fortran order", "numpy.ascontiguousarray(x)") {
        _ = try NPZArchive(contentsOf: fixture("stored.npz")).stored("cube")
      }
    }
  }

  @Test("a file that is cut or written again while it is in use is reported")
  func changes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.npy"
      let array = NPYArray(shape: [1000], floats: [Float](repeating: 1, count: 1000))
      try array.write(to: path)
      let stored = try StoredArray.$mostInMemory.withValue(0) { try StoredArray(contentsOf: path) }
      try stored.checkUnchanged()
      #expect(try bits(stored, 998..<1000).count == 2)
      #expect(truncate(path, 4000) == 0)
      expectFailure(.data, "'\(path)' changed while it was in use: it has 4000 bytes, and had 4128.") {
        try stored.checkUnchanged()
      }
      expectFailure(.data, "changed while it was in use: it ends after 4000 bytes") { _ = try bits(stored, 0..<1000) }
      // Another file in its place does not disturb.
      try array.write(to: path)
      let again = try StoredArray.$mostInMemory.withValue(0) { try StoredArray(contentsOf: path) }
      try array.write(to: path)
      try again.checkUnchanged()
      let handle = try #require(FileHandle(forWritingAtPath: path))
      let third = try StoredArray.$mostInMemory.withValue(0) { try StoredArray(contentsOf: path) }
      try handle.seek(toOffset: 4000)
      usleep(20_000)
      handle.write(Data([0]))
      expectFailure(.data, "changed while it was in use: it was written again") { try third.checkUnchanged() }
    }
  }

  @Test("compressed arrays are unpacked into a file without a name, once for all that look for it")
  func unpacking() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.npz"
      let values = (0..<5000).map { Float($0) }
      try NPZArchive.write([("x", NPYArray(shape: [5000], floats: values))], to: path)
      try StoredArray.$mostInMemory.withValue(0) {
        let arrays = try (0..<3).map { _ in try NPZArchive(contentsOf: path).stored("x") }
        for array in arrays { #expect(try bits(array, 0..<5000) == values.map(\.bitPattern)) }
        for array in arrays { try array.checkUnchanged() }
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == ["a.npz"])
    }
  }

  @Test("a damaged byte of a compressed array is found")
  func damage() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.npz"
      var random = TestRandom(1)
      try NPZArchive.write([("x", NPYArray(shape: [5000], floats: random.floats(5000)))], to: path)
      var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      bytes[9000] ^= 0x10
      try Data(bytes).write(to: URL(filePath: path))
      StoredArray.$mostInMemory.withValue(0) {
        expectFailure(.data, "entry 'x.npy' cannot be read") { _ = try NPZArchive(contentsOf: path).stored("x") }
      }
    }
  }

  @Test("a folder lists its arrays")
  func folder() throws {
    try withTemporaryFolder { folder in
      expectFailure(.noInput, "'\(folder)' cannot be read: it is a folder without .npy files", "x.npy and y.npy") {
        _ = try NPYFolder(folder: folder)
      }
      expectFailure(.noInput, "cannot be listed") { _ = try NPYFolder(folder: "\(folder)/none") }
      try Data("text".utf8).write(to: URL(filePath: "\(folder)/x.npy"))
      expectFailure(.data, "x.npy' is not a NumPy array") { _ = try NPYFolder(folder: folder).stored("x") }
    }
  }
}
