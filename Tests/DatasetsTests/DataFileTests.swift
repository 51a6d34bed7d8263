import Datasets
import Diagnostics
import Formats
import Foundation
import Testing

@Suite struct DataFileTests {
  @Test func aFileIsKnownByItsContents() throws {
    try withFolder { folder in
      let path = "\(folder)/t.csv"
      try write("1,2", to: path)
      let first = try DataFile(path: path)
      #expect(try first.bytes == 3 && first.sha256 == sha256(ofFile: path))
      try write("1,2", to: path)
      #expect(try DataFile.change(from: [first], to: [DataFile(path: path)]) == nil)
      try write("1,3", to: path)
      let now = try DataFile(path: path)
      #expect(DataFile.change(from: [first], to: [now])?.hasPrefix("\(path) changed since the run began: ") == true)
      // A file more or less is a change, too.
      #expect(DataFile.change(from: [], to: [now])?.hasPrefix("\(path) changed") == true)
      #expect(DataFile.change(from: [now], to: [])?.hasPrefix("\(path) changed") == true)
      let failure = try #require(throws: Failure.self) { try DataFile(path: "\(folder)/none.csv") }
      #expect(failure.exitCode == .noInput && failure.message.contains("none.csv"))
    }
  }

  @Test func aLargeFileIsKnownByItsSizeAndBlocks() throws {
    try withFolder { folder in
      let path = "\(folder)/t.npy"
      var bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
      func now() throws -> DataFile {
        try write(bytes, to: path)
        return try DataFile(path: path, mostDigested: 900_000)
      }
      let first = try now()
      #expect(try first.blocks == 256 && first.bytes == 1_000_000 && first.sha256 != sha256(ofFile: path))
      #expect(try now() == first)
      // The first byte, the last one, and one more.
      for change in [{ bytes[0] ^= 1 }, { bytes[999_999] ^= 1 }, { bytes.append(0) }] {
        let old = try now()
        change()
        #expect(try DataFile.change(from: [old], to: [now()])?.contains("changed since the run began") == true)
      }
      // A run that began with a digest of all contents tells nothing about blocks.
      let whole = try DataFile(path: path)
      #expect(try whole.blocks == nil && DataFile.change(from: [whole], to: [now()]) == nil)
      #expect(try DataFile.all([(path: path, split: .test)]).map(\.blocks) == [nil])
      let json = try JSONDecoder().decode(DataFile.self, from: JSONEncoder().encode(whole))
      #expect(json == whole)
    }
  }

  @Test func filesThatAreOnlyMeasuredChangeNoWeights() throws {
    try withFolder { folder in
      func files(_ texts: [String]) throws -> [DataFile] {
        try zip(["t", "v", "m"], zip([nil, Split.validation, .test], texts)).map { name, file in
          try write(file.1, to: "\(folder)/\(name)")
          return try DataFile(path: "\(folder)/\(name)", split: file.0)
        }
      }
      let first = try files(["1", "2", "3"])
      func effect(_ texts: [String]) throws -> String? {
        try DataFile.change(from: first, to: files(texts))?.components(separatedBy: " changed since the run began: ")[1]
      }
      #expect(try effect(["1", "2", "3"]) == nil)
      #expect(try effect(["1", "2", "4"]) == "the training samples are the same; only measurements change")
      #expect(
        try effect(["1", "3", "4"])?.hasSuffix(
          "only measurements change, and what they choose: the best weights, the learning rates of the schedule plateau, "
            + "and when stop ends training") == true)
      #expect(try effect(["0", "2", "4"])?.hasPrefix("the training goes on with other data") == true)
      // One file for both is read by the training.
      let both = try [nil, Split.test].map { try DataFile(path: "\(folder)/t", split: $0) }
      #expect(DataFile.change(from: [first[0]], to: both)?.contains("goes on with other data") == true)
      // An older run has not recorded the part.
      let old = try DataFile(path: "\(folder)/m")
      #expect(try DataFile.change(from: [old], to: [DataFile(path: "\(folder)/m", split: .test)]) == nil)
    }
  }

  @Test func trainingsThatAreComparedHaveTheSameData() throws {
    try withFolder { folder in
      func file(_ text: String, _ name: String) throws -> DataFile {
        try write(text, to: "\(folder)/\(name)")
        return try DataFile(path: "\(folder)/\(name)")
      }
      func change(_ found: [[DataFile]], _ now: [DataFile]) -> String? {
        DataFile.change(among: found, and: now, noun: "variant", job: "sweep")
      }
      let (first, other) = (try file("1", "a"), try file("7", "b"))
      let now = try file("2", "a")
      #expect(change([], [now]) == nil && change([[now], [now]], [now]) == nil)
      // Variants may differ in the files that they read.
      #expect(change([[now], [other]], []) == nil && change([[now], [other]], [now, other]) == nil)
      let told =
        "\(folder)/a changed since the sweep began: 1 variant had other data than the rest, and results on different data "
        + "cannot be compared"
      #expect(change([[first]], [now]) == told && change([[first, other], [now, other]], []) == told)
      #expect(change([[first], [other], [first]], [now])?.contains(": 2 variants had other data") == true)
    }
  }

  @Test func aFolderIsKnownByNamesAndSizes() throws {
    try withFolder { folder in
      func put(_ text: String, _ name: String) throws -> DataFile {
        try FileManager.default.createDirectory(atPath: "\(folder)/pics/a", withIntermediateDirectories: true)
        try write(text, to: "\(folder)/pics/a/\(name)")
        return try DataFile(path: "\(folder)/pics")
      }
      let first = try put("12", "1.png")
      #expect(try first.bytes == 2 && put("34", "1.png") == first)
      #expect(try put("123", "1.png") != first)
      #expect(try put("12", "1.png") == first && put("x", ".DS_Store") == first)
      let two = try put("12", "1.png")
      #expect(try two == first && put("", "2.png") != first)
    }
  }

  /// A run of a version that kept the folder of images by names and sizes, and of a list the table alone.
  @Test func aRunThatKeptNothingAboutImagesTellsNothingAboutThem() throws {
    func file(_ text: String) throws -> DataFile { try JSONDecoder().decode(DataFile.self, from: Data(text.utf8)) }
    let (folder, list) = (
      try file(#"{"path": "photos", "bytes": 9, "sha256": "a"}"#),
      try file(#"{"path": "list.csv", "bytes": 9, "sha256": "a"}"#)
    )
    func images(of path: String, _ digest: String) throws -> DataFile {
      try file(#"{"path": "\#(path)", "bytes": 8, "sha256": "\#(digest)", "images": 2}"#)
    }
    #expect(try DataFile.change(from: [folder], to: [images(of: "photos/train", "b")]) == nil)
    #expect(try DataFile.change(from: [list], to: [list, images(of: "list.csv", "b")]) == nil)
    let other = try file(#"{"path": "list.csv", "bytes": 9, "sha256": "c"}"#)
    let both = try [list, images(of: "list.csv", "b")]
    #expect(
      try DataFile.change(from: [list], to: [other, images(of: "list.csv", "b")])?.hasPrefix("list.csv changed") == true
    )
    #expect(DataFile.change(from: both, to: both) == nil)
    #expect(
      try DataFile.change(from: both, to: [list, images(of: "list.csv", "c")])?.hasPrefix(
        "the images of list.csv changed") == true)
    #expect(
      try DataFile.change(from: both, to: [other, images(of: "list.csv", "b")])?.hasPrefix("list.csv ch") == true)
    // Trainings of one job are compared, even if those to come were not read yet.
    #expect(
      try DataFile.change(
        among: [both, [list, images(of: "list.csv", "c")]], and: [list], noun: "variant", job: "sweep")?.hasPrefix(
          "the images of list.csv changed since the sweep began: 1 variant") == true)
  }
}
