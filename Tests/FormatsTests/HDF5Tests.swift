#if canImport(CHDF5)
  import Diagnostics
  import Formats
  import Foundation
  import TestSupport
  import Testing

  @Suite struct HDF5Tests {
    private func open(_ name: String = "types.h5") throws -> HDF5Files {
      try HDF5Files([fixture(name)], path: fixture(name))
    }

    private func floats(_ array: StoredArray) throws -> [Float] {
      try [Float](unsafeUninitializedCapacity: array.count) { buffer, count in
        if let base = buffer.baseAddress { try array.read(0..<array.count, into: base) }
        count = array.count
      }
    }

    @Test("data sets of every type, in chunks or not, hold what NumPy writes", arguments: [0, 1 << 20])
    func types(mostInMemory: Int) throws {
      let file = try open()
      let archive = try NPZArchive(contentsOf: fixture("stored-types.npz"))
      try StoredArray.$mostInMemory.withValue(mostInMemory) {
        for name in archive.names {
          let wanted = try archive.array(name)
          for group in ["plain", name.hasSuffix("little") ? "chunks" : "packed"] {
            let array = try file.stored("\(group)/\(name)")
            #expect(array.shape == wanted.shape && array.element == wanted.element, "\(group)/\(name)")
            #expect(try floats(array) == wanted.floats(), "\(group)/\(name)")
            var part = [Float](repeating: 0, count: 11)
            // From within a row, over whole rows, into another one.
            try part.withUnsafeMutableBufferPointer { try array.read(4..<15, into: #require($0.baseAddress)) }
            #expect(part == Array(wanted.floats()[4..<15]), "\(group)/\(name)")
            #expect(try file.array("\(group)/\(name)").doubles() == wanted.doubles())
          }
        }
      }
      #expect(try file.packedChunk(of: "packed/f4-big")?.rows == 7 && file.packedChunk(of: "chunks/f4-little") == nil)
    }

    @Test("data sets without numbers are refused, with advice")
    func refusals() throws {
      let file = try open()
      #expect(!file.names.contains { $0.contains("circle") } && file.names.contains("others/text"))
      for (name, kind, advice) in [
        ("text", "text", "numpy.unique"), ("records", "records", "each field"),
        ("lists", "lists of different lengths", "lengths"),
        ("complex", "complex numbers", "numpy.concatenate([x[:].real, x[:].imag], axis=-1)"),
      ] {
        expectFailure(.data, "types.h5', data set 'others/\(name)' holds \(kind), which cannot be read.", advice) {
          _ = try file.stored("others/\(name)")
        }
      }
      #expect(try file.stored("others/single").shape == [])
      expectFailure(.data, "data set 'others/lzf' cannot be read: ", "filter", "HDF5_PLUGIN_PATH") {
        _ = try file.stored("others/lzf")
      }
      expectFailure(.data, "data set 'none' cannot be opened") { _ = try file.stored("none") }
    }

    @Test("files that are no HDF5 files, or are damaged, are refused")
    func damage() throws {
      try withTemporaryFolder { folder in
        expectFailure(.noInput, "'\(folder)/none.h5' cannot be opened: No such file") {
          _ = try HDF5Files(["\(folder)/none.h5"], path: "none.h5")
        }
        expectFailure(.data, "stored.npz' cannot be read as an HDF5 file", "data.source: numpy") {
          _ = try open("stored.npz")
        }
        let bytes = try fixtureBytes("types.h5")
        try Data(bytes[..<(bytes.count / 2)]).write(to: URL(filePath: "\(folder)/cut.h5"))
        expectFailure(.data, "cut.h5' cannot be read as an HDF5 file", "cut short") {
          _ = try HDF5Files(["\(folder)/cut.h5"], path: "cut.h5")
        }
        let path = "\(folder)/packed.h5"
        try writeHDF5(
          [HDF5Array("x", [4, 1000], (0..<4000).map { Double($0 * $0 % 977) }, chunk: [4, 1000], isPacked: true)],
          to: path)
        var packed = [UInt8](try Data(contentsOf: URL(filePath: path)))
        for place in packed.count - 1500..<packed.count - 1000 { packed[place] ^= 0xFF }
        try Data(packed).write(to: URL(filePath: path))
        expectFailure(.data, "packed.h5', data set 'x' cannot be read: ", "damaged") {
          _ = try HDF5Files([path], path: path).stored("x")
        }
      }
    }

    @Test("samples of several files follow one another", arguments: [0, 1 << 20])
    func files(mostInMemory: Int) throws {
      try withTemporaryFolder { folder in
        let paths = (0..<3).map { "\(folder)/\($0).h5" }
        for (number, path) in paths.enumerated() {
          let rows = number + 2
          try writeHDF5(
            [
              HDF5Array(
                "a", [rows, 2], (0..<rows * 2).map { Double(100 * number + $0) }, chunk: number == 1 ? [2, 2] : nil),
              HDF5Array("starts", [2], [0, Double(rows - 1)], isWhole: true),
            ], to: path)
        }
        let files = try HDF5Files(paths, path: "*.h5", renamed: ["x": "/a", "offsets": "starts", "y": "y"])
        #expect(files.names == ["offsets", "x"] && files.titles == ["a", "starts"] && files.title(of: "x") == "a")
        try StoredArray.$mostInMemory.withValue(mostInMemory) {
          let x = try files.stored("x")
          #expect(x.shape == [9, 2])
          #expect(
            try floats(x) == [0, 1, 2, 3] + (100..<106).map { Float($0) } + (200..<208).map { Float($0) })
          var part = [Float](repeating: 0, count: 9)
          try part.withUnsafeMutableBufferPointer { try x.read(2..<11, into: #require($0.baseAddress)) }
          #expect(part == [2, 3, 100, 101, 102, 103, 104, 105, 200])
        }
        #expect(try files.array("offsets").doubles() == [0, 1, 2, 4, 5, 8])
        try FileManager.default.removeItem(atPath: paths[1])
        try writeHDF5([HDF5Array("a", [2, 3], [0, 1, 2, 3, 4, 5])], to: paths[1])
        let other = try HDF5Files(paths, path: "*.h5", renamed: ["x": "a"])
        expectFailure(.data, "1.h5', data set 'a' has the shape [2, 3], but '\(paths[0])', data set 'a' [2, 2]") {
          _ = try other.stored("x")
        }
        expectFailure(.data, "1.h5' has no data set 'starts', but '\(paths[0])' has one") {
          _ = try other.array("starts")
        }
      }
    }
  }
#endif
