import Datasets
import Diagnostics
import Foundation
import Images
import Testing

/// The list of sound images that is kept beside them.
@Suite struct ImageIndexTests {
  /// Calls `body` with a folder of six images that were written a minute ago.
  private func withOldImages(_ body: (String) throws -> Void) throws {
    try withImages(sixImages) { root in
      for path in sixImages.keys { try age("\(root)/\(path)") }
      try body(root)
    }
  }

  private func age(_ path: String, by seconds: Double = 60) throws {
    // Whole seconds are the same after they were read.
    let date = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 - seconds).rounded())
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  private func check(_ root: String, pixelLimit: Int = 1 << 20) throws -> (sound: ImageSamples, damage: [Failure]) {
    try ImageSamples(folder: root, split: "train").withoutDamaged(pixelLimit: pixelLimit, least: 1)
  }

  /// Replaces a file's bytes by as many others of no meaning, without a change of its time.
  private func spoil(_ path: String) throws {
    let date = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    let count = try Data(contentsOf: URL(filePath: path)).count
    try write([UInt8](repeating: 9, count: count), to: path)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  @Test func filesOfTheSameSizeAndTimeAreNotReadAgain() throws {
    try withOldImages { root in
      let first = try check(root)
      let index = "\(root)/train/.dp-train-index"
      #expect(first.damage.isEmpty && FileManager.default.fileExists(atPath: index))
      // What is not read cannot be seen to be damaged.
      try spoil("\(root)/train/cats/2.png")
      #expect(try check(root).sound == first.sound)
      // The folder by another name has the same index.
      let here = FileManager.default.currentDirectoryPath
      let upward = here.split(separator: "/").map { _ in ".." }.joined(separator: "/")
      #expect(try check(upward + root).damage.isEmpty)
      try age("\(root)/train/cats/2.png", by: 30)
      let again = try check(root)
      #expect(again.sound.samples.count == 5 && again.damage.count == 1)
      // It is left out for good, since only sound files are noted.
      #expect(try check(root).damage == again.damage)
    }
  }

  @Test func aNewFileIsReadAndOthersAreNot() throws {
    try withOldImages { root in
      _ = try check(root)
      try imageBytes("grey.png").write(to: URL(filePath: "\(root)/train/cats/0.png"))
      try spoil("\(root)/train/dogs/2.png")
      let (sound, damage) = try check(root)
      #expect(sound.samples.count == 7 && damage.isEmpty)
      try FileManager.default.removeItem(atPath: "\(root)/train/cats/1.jpg")
      #expect(try check(root).sound.samples.count == 6)
    }
  }

  @Test func theLimitOfPixelsHolds() throws {
    try withOldImages { root in
      _ = try check(root)
      let failure = try #require(throws: Failure.self) { try check(root, pixelLimit: 100) }
      #expect(failure.message == "\(root)/train: no image of the class cats can be read")
    }
  }

  @Test(arguments: [0, 10, 18, 50, 100, 305, 350])
  func aDamagedIndexIsIgnored(place: Int) throws {
    try withOldImages { root in
      let first = try check(root)
      let index = "\(root)/train/.dp-train-index"
      let good = try Array(Data(contentsOf: URL(filePath: index)))
      #expect(good.count == 18 + 6 * 48 + 64)
      try spoil("\(root)/train/cats/2.png")
      var bad = good
      bad[place] ^= 1
      for bytes in [bad, Array(good.prefix(place)), good + [0], Array("foreign".utf8)] {
        try write(bytes, to: index)
        try age(index)
        #expect(try check(root).damage.count == 1)
      }
      try write(good, to: index)
      #expect(try check(root).sound == first.sound)
    }
  }

  /// Contents count, with an index or without: not the time of a file, which a copy of the folder may not keep.
  @Test func imagesAreKnownByTheirContents() throws {
    try withOldImages { root in
      func file(_ least: Int) throws -> DataFile {
        try ImageSamples(folder: root, split: "train").withoutDamaged(least: least).sound.file(of: nil)
      }
      let path = "\(root)/train/cats/3.jpeg"
      let first = try file(1)
      #expect(try first.path == "\(root)/train" && first.images == 6 && file(1) == first && file(100) == first)
      #expect(try first.bytes == sixImages.values.reduce(0) { try $0 + imageBytes($1).count })
      try age(path, by: 50)
      #expect(try file(1) == first && file(1) == first)
      let bytes = Array(try imageBytes("grey.jpg"))
      // Any byte of the file counts, also those of the last words.
      for place in [bytes.count / 2, bytes.count - 3] {
        var other = bytes
        other[place] ^= 1
        try write(other, to: path)
        try age(path, by: 40)
        for least in [1, 1, 100] {
          let now = try file(least)
          #expect(now.bytes == first.bytes && now.sha256 != first.sha256)
          #expect(
            DataFile.change(from: [first], to: [now])?.hasPrefix(
              "the images of \(root)/train changed since the run began: the training goes on with other data") == true)
        }
      }
      try write(bytes, to: path)
      #expect(try file(1) == first)
      try FileManager.default.moveItem(atPath: path, toPath: "\(root)/train/dogs/0.jpeg")
      #expect(try file(1).sha256 != first.sha256)
    }
  }

  @Test func fewImagesHaveNoIndex() throws {
    try withOldImages { root in
      _ = try ImageSamples(folder: root, split: "train").withoutDamaged()
      #expect(!FileManager.default.fileExists(atPath: "\(root)/train/.dp-train-index"))
    }
  }

  @Test func aListHasItsIndexBesideIt() throws {
    try withOldImages { root in
      try write("path,kind\ncats/1.jpg,cat\ndogs/1.jpg,dog\n", to: "\(root)/train/list.csv")
      let list = try ImageList(
        contentsOf: "\(root)/train/list.csv", style: CSVStyle(), columns: ImageList.Columns())
      let sound = try list.withoutDamaged(least: 1).sound
      let file = try sound.file(of: .validation)
      #expect(file.images == 2 && file.split == .validation && file.path == "\(root)/train/list.csv")
      #expect(FileManager.default.fileExists(atPath: "\(root)/train/.list.csv.dp-train-index"))
      try spoil("\(root)/train/dogs/1.jpg")
      #expect(try list.withoutDamaged(least: 1).sound.count == 2)
    }
  }
}
