import Datasets
import Diagnostics
import Foundation
import Testing

@Suite struct ImageSamplesTests {
  private func names(_ samples: ImageSamples) -> [String] {
    samples.samples.map { $0.path.split(separator: "/").suffix(2).joined(separator: "/") }
  }

  private func failure(_ body: () throws -> ImageSamples) throws -> Failure {
    try #require(throws: Failure.self) { _ = try body() }
  }

  @Test func classesAndFilesAreSortedByTheirBytes() throws {
    var files = sixImages
    files["train/Zebras/é.png"] = "grey.png"
    files["train/Zebras/z.png"] = "grey.png"
    files["train/cats/10.jpg"] = "colour.jpg"
    files["train/cats/.hidden.jpg"] = "colour.jpg"
    files["train/cats/Thumbs.db"] = "colour.jpg"
    files["train/.cache/1.jpg"] = "colour.jpg"
    files["train/labels.png"] = "colour.png"
    try withImages(files) { root in
      let samples = try ImageSamples(folder: root, split: "train")
      #expect(samples.classNames == ["Zebras", "cats", "dogs"])
      #expect(
        names(samples) == [
          "Zebras/z.png", "Zebras/é.png", "cats/1.jpg", "cats/10.jpg", "cats/2.png", "cats/3.jpeg", "dogs/1.jpg",
          "dogs/2.png", "dogs/3.JPG",
        ])
      #expect(samples.samples.map(\.label) == [0, 0, 1, 1, 1, 1, 2, 2, 2])
      #expect(try ImageSamples(folder: "\(root)/train", split: nil).classNames == samples.classNames)
      #expect(samples.passedOver == PassedOver(files: ["labels.png", "cats/Thumbs.db"]))
    }
  }

  @Test func otherFilesAreCountedAndNamed() throws {
    var files = sixImages
    for name in ["a.heic", "b.jfif", "c.bmp", "d.svg", "e.gif", "f.txt", "more/1.jpg"] {
      files["train/dogs/\(name)"] = "colour.jpg"
    }
    try withImages(files) { root in
      let samples = try ImageSamples(folder: root, split: "train")
      #expect(samples.samples.count == 6)
      #expect(ImageSamples.isFolderOfClasses("\(root)/train") && !ImageSamples.isFolderOfClasses(root))
      #expect(
        samples.passedOver.notices(root: "train", reason: "why") == [
          "train: 6 files are not read (dogs/a.heic, dogs/b.jfif, dogs/c.bmp, dogs/d.svg, dogs/e.gif, …): why",
          "train: 1 folder is not read (dogs/more): why",
        ])
    }
  }

  @Test func aMeasuredSplitMayLackClasses() throws {
    try withImages(sixImages) { root in
      let names = ["birds", "cats", "dogs"]
      let samples = try ImageSamples(folder: "\(root)/train", split: nil, classNames: names, isWhole: false)
      #expect(samples.classNames == names && samples.samples.map(\.label) == [1, 1, 1, 2, 2, 2])
      #expect(
        try failure { try ImageSamples(folder: "\(root)/train", split: nil, classNames: ["cats"], isWhole: false) }
          .message == "\(root)/train has the classes cats, dogs, but must have cats")
    }
  }

  @Test func missingFoldersAreNamed() throws {
    var files = sixImages
    files["validation/cats/1.jpg"] = "colour.jpg"
    files["plain/1.jpg"] = "colour.jpg"
    try withImages(files) { root in
      #expect(
        try failure { try ImageSamples(folder: "\(root)/no", split: "train") }
          == Failure(.noInput, "\(root)/no is missing", advice: "it must be a folder of images"))
      #expect(
        try failure { try ImageSamples(folder: "\(root)/plain/1.jpg", split: nil) }.message
          == "\(root)/plain/1.jpg is not a folder")
      #expect(
        try failure { try ImageSamples(folder: root, split: "trains") }
          == Failure(.noInput, "\(root) has no folder trains", advice: "did you mean train?"))
      #expect(
        try failure { try ImageSamples(folder: root, split: "evaluation") }.advice == "did you mean validation?")
      #expect(
        try failure { try ImageSamples(folder: root, split: "xyz") }.advice == "it has plain, train, validation")
      #expect(
        try failure { try ImageSamples(folder: root, split: "plain") }.message
          == "\(root)/plain has no folders of classes")
      #expect(
        try failure { try ImageSamples(folder: root, split: "validation", classNames: ["cats", "dogs"]) }.message
          == "\(root)/validation has the classes cats, but must have cats, dogs")
      try FileManager.default.createDirectory(atPath: "\(root)/train/birds", withIntermediateDirectories: true)
      #expect(
        try failure { try ImageSamples(folder: root, split: "train") }.message == "\(root)/train/birds has no images")
      // A class that is empty by mistake does not make a folder of classes one of parts.
      #expect(ImageSamples.isFolderOfClasses("\(root)/train"))
    }
  }

  @Test func chosenSamplesKeepTheOrderAndTheClasses() {
    let all = ImageSamples(
      (0..<9).map { ImageSample(path: "a/\($0).jpg", label: $0 / 5) }, classNames: ["a", "b"], source: "here")
    let chosen = all.choosing([7, 2, 5])
    #expect(chosen.samples == [2, 5, 7].map { all.samples[$0] } && chosen.classNames == ["a", "b"])
  }

  @Test func damagedFilesAreLeftOutAndNamed() throws {
    try withImages(sixImages) { root in
      let cut = try imageBytes("colour.jpg").prefix(700)
      try cut.write(to: URL(filePath: "\(root)/train/cats/4.jpg"))
      try Data("no image".utf8).write(to: URL(filePath: "\(root)/train/dogs/0.jpg"))
      try Data().write(to: URL(filePath: "\(root)/train/dogs/5.png"))
      try FileManager.default.createDirectory(atPath: "\(root)/train/dogs/6.png", withIntermediateDirectories: true)
      let all = try ImageSamples(folder: root, split: "train")
      #expect(all.samples.count == 10)
      let (sound, damage) = try all.withoutDamaged()
      #expect(
        names(sound) == ["cats/1.jpg", "cats/2.png", "cats/3.jpeg", "dogs/1.jpg", "dogs/2.png", "dogs/3.JPG"])
      #expect(damage.count == 4)
      #expect(damage[0].message.hasPrefix("\(root)/train/cats/4.jpg: this JPEG image is damaged: "))
      #expect(damage[1].message == "\(root)/train/dogs/0.jpg is not an image: it begins with the bytes 6e 6f 20 69")
      #expect(damage[2].message == "\(root)/train/dogs/5.png is empty")
      #expect(damage[3].message == "\(root)/train/dogs/6.png cannot be read: it is a folder")
      let again = try sound.withoutDamaged()
      #expect(again.sound == sound && again.damage.isEmpty)
      let limited = try failure { try all.withoutDamaged(pixelLimit: 100).sound }
      #expect(limited.message == "\(root)/train: no image of the class cats can be read")
      #expect(
        limited.advice
          == "\(root)/train/cats/1.jpg: according to its header the image has 40×53 pixels, but data.megapixels allows 100"
      )
    }
  }
}
