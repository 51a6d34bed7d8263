#if canImport(CHDF5)
  import Formats
  import Foundation
  import TestSupport
  import Testing

  /// Numbers that are in other files than the one that is named.
  @Suite struct HDF5ReferenceTests {
    private static let numbers = (0..<24).map { Double($0) }

    /// Calls `body` with a folder that has `main.h5`, with the data set `y`, and `other.h5` with the data set `data`.
    private func withFiles(_ body: (_ folder: String, _ main: String) throws -> Void) throws {
      try withTemporaryFolder { folder in
        // What stands in the file itself must not be taken for the numbers of the other.
        try writeHDF5(
          [
            HDF5Array("y", [6], [0, 1, 0, 1, 0, 1], isWhole: true),
            HDF5Array("z", [2000], [Double](repeating: 7, count: 2000)),
          ],
          to: "\(folder)/main.h5")
        try writeHDF5([HDF5Array("data", [6, 4], Self.numbers)], to: "\(folder)/other.h5")
        try body(folder, "\(folder)/main.h5")
      }
    }

    private func open(_ path: String) throws -> HDF5Files {
      try HDF5Files([path], path: "main.h5", renamed: ["x": "x"])
    }

    /// Reads `x` from its place, changes the file `victim`, and expects that to be noticed.
    private func expectNumbers(_ path: String, victim: String) throws {
      let x = try StoredArray.$mostInMemory.withValue(0) { try open(path).stored("x") }
      #expect(try x.array().doubles() == Self.numbers)
      try x.checkUnchanged()
      try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: victim)
      expectFailure(.data, "\((victim as NSString).lastPathComponent)' changed while it was in use") {
        try x.checkUnchanged()
      }
    }

    @Test("a link to another file is followed, also through a group")
    func links() throws {
      for isGroup in [false, true] {
        try withFiles { folder, main in
          if isGroup {
            try addToHDF5("group", .link("/", file: "other.h5"), at: main)
            try addToHDF5("x", .link("/group/data"), at: main)
          } else {
            try addToHDF5("x", .link("data", file: "other.h5"), at: main)
          }
          try expectNumbers(main, victim: "\(folder)/other.h5")
        }
      }
    }

    @Test("a link that leads nowhere is told, with where to")
    func brokenLinks() throws {
      try withFiles { _, main in
        try addToHDF5("gone", .link("/data", file: "gone.h5"), at: main)
        try addToHDF5("none", .link("/none", file: "other.h5"), at: main)
        try addToHDF5("soft", .link("/group/none"), at: main)
        // Each opens the file anew, so that it can be written in between.
        func failure(_ name: String) throws -> String { try #require(open(main).brokenLink(to: name)).message }
        #expect(try failure("gone") == "\(main): gone is a link to /data in the file gone.h5, which is missing")
        #expect(
          try failure("none/x") == "\(main): none is a link to /none in the file other.h5, which does not have it")
        #expect(try failure("soft") == "\(main): soft is a link to /group/none, which this file does not have")
        for name in ["y", "nothing/at/all"] { #expect(try open(main).brokenLink(to: name) == nil) }
        try addToHDF5("lengths", .link("/none"), at: main)
        expectFailure(.data, "lengths is a link to /none, which this file does not have") { _ = try open(main) }
      }
    }

    @Test("raw files hold the numbers; missing and short ones are named")
    func rawFiles() throws {
      try withFiles { folder, main in
        let raw = "\(folder)/raw.bin"
        try addToHDF5("x", .raw([6, 4], file: raw), at: main)
        expectFailure(.noInput, "data set 'x' has its numbers in the file '\(raw)', which is missing", "HDF5_EXTFILE") {
          _ = try open(main).stored("x")
        }
        let bytes = Self.numbers.flatMap { withUnsafeBytes(of: Float($0).bitPattern.littleEndian, Array.init) }
        try Data(bytes.dropLast()).write(to: URL(filePath: raw))
        expectFailure(.data, "in the file '\(raw)', which has 95 bytes in place of 96") {
          _ = try open(main).stored("x")
        }
        try Data(bytes).write(to: URL(filePath: raw))
        try expectNumbers(main, victim: raw)
      }
    }

    @Test("virtual data sets are made of others; missing ones are named, however deep")
    func virtual() throws {
      try withFiles { folder, main in
        let parts = (0..<2).map { "\(folder)/part\($0).h5" }
        try addToHDF5(
          "x", .virtual([6, 4], sources: [("part0.h5", "d"), ("part1.h5", "d")]), at: main)
        for (number, part) in parts.enumerated() {
          expectFailure(
            .noInput, "main.h5', data set 'x' takes numbers from the file 'part\(number).h5', which is missing"
          ) { _ = try open(main).stored("x") }
          try writeHDF5([HDF5Array("d", [3, 4], Array(Self.numbers[number * 12..<number * 12 + 12]))], to: part)
        }
        try addToHDF5("deep", .virtual([6, 4], sources: [("main.h5", "x")]), at: "\(folder)/other.h5")
        #expect(try HDF5Files(["\(folder)/other.h5"], path: "other.h5").array("deep").doubles() == Self.numbers)
        try expectNumbers(main, victim: parts[1])
        try writeHDF5([HDF5Array("e", [1], [0])], to: parts[0])
        let lack = "takes numbers from the data set 'd' of the file '\(parts[0])', which has none of that name"
        expectFailure(.data, "main.h5', data set 'x' \(lack)") { _ = try open(main).stored("x") }
        try Data("text".utf8).write(to: URL(filePath: parts[1]))
        try FileManager.default.removeItem(atPath: parts[0])
        expectFailure(.noInput, "main.h5', data set 'x' takes numbers from the file 'part0.h5', which is missing") {
          _ = try HDF5Files(["\(folder)/other.h5"], path: "other.h5").stored("deep")
        }
        try writeHDF5([HDF5Array("d", [3, 4], Array(Self.numbers[..<12]))], to: parts[0])
        expectFailure(.data, "takes numbers from the file '\(parts[1])', which cannot be read as an HDF5 file") {
          _ = try open(main).stored("x")
        }
      }
    }
  }
#endif
