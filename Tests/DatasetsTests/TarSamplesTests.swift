import Diagnostics
import Formats
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite struct TarSamplesTests {
  func samples(
    _ paths: [String], inputs: [String] = [], target: String = "cls",
    _ targets: TarForm.Targets = .classes(names: nil, ignored: nil), checks: Bool = true
  ) throws -> TarSamples {
    let files = try FilePattern(paths)
    let target = try #require(TarTarget(target))
    return try TarSamples(
      files, form: try TarForm(inputs: inputs, target: target, targets: targets, files: files, checks: checks))
  }

  /// Calls `body` with a function that writes a tar file and returns its path.
  func withTarFiles<Result>(
    _ body: (_ write: (_ name: String, KeyValuePairs<String, [UInt8]>) throws -> String) throws -> Result
  ) throws -> Result {
    try withFolder { folder in
      try body { name, members in
        try write(TarWriter(members).finished, to: "\(folder)/\(name)")
        return "\(folder)/\(name)"
      }
    }
  }

  /// The message of the failure that `body` throws, with paths in the test's folder.
  func message<Result>(of body: () throws -> Result) throws -> String { local(try failure(of: body)) }

  /// The advice of the failure that `body` throws, likewise.
  func advice<Result>(of body: () throws -> Result) throws -> String? {
    do {
      _ = try body()
      return nil
    } catch let failure as Failure {
      return failure.advice.map(local)
    }
  }

  /// A text with paths in the test's folder.
  func local(_ text: String) -> String { text.replacing(#/[^ ']*datasets-[0-9A-F-]+\//#, with: "") }

  func image(_ name: String) throws -> [UInt8] { Array(try imageBytes(name)) }

  @Test func membersWithOneKeyAreASample() throws {
    try withTarFiles { write in
      let (colour, grey) = (try image("colour.jpg"), try image("grey.png"))
      let one = try write(
        "a.tar",
        ["x/1.jpg": colour, "x/1.cls": Array("2\n".utf8), "x/2.cls": [0x30], "x/2.PNG": grey, "x/1.json": [], "no": []])
      let two = try write("b.tar", ["x/1.cls": [0x31], "x/1.jpg": colour, "__meta__/k.txt": []])
      let found = try samples([one, two])
      #expect(found.classes == [2, 0, 1] && found.classNames == ["0", "1", "2"] && found.damage.first == nil)
      #expect((0..<3).map(found.name) == ["\(one): x/1.jpg", "\(one): x/2.PNG", "\(two): x/1.jpg"])
      #expect(found.fileRanges == [0..<2, 2..<3])
      #expect(
        found.notices == ["\(one): 1 file is not read (no): samples are files KEY.jpg and KEY.cls"])
      #expect(found.sizes.allSatisfy { $0 != nil })
      let chosen = found.choosing([2, 0])
      #expect(chosen.classes == [2, 1] && chosen.fileRanges == [0..<1, 1..<2])
      #expect(chosen.name(of: 1) == "\(two): x/1.jpg")
      let groups = try found.groups(by: GroupPattern("(*).*"))
      #expect(groups.names == ["1", "2", "1"])
    }
  }

  @Test func imagesAreThoseOfTheirFiles() throws {
    try withImages(sixImages) { root in
      let folder = try ImageSamples(folder: root, split: "train")
      var writer = TarWriter()
      for (index, sample) in folder.samples.enumerated() {
        let ending = sample.path.split(separator: ".").last ?? ""
        writer.add("\(index).\(ending)", Array(try Data(contentsOf: URL(filePath: sample.path))))
        writer.add("\(index).cls", Array(folder.classNames[sample.label].utf8))
      }
      try write(writer.finished, to: "\(root)/a.tar")
      let found = try samples(["\(root)/a.tar"])
      #expect(found.classNames == ["cats", "dogs"])
      let tar = try ImageDataset(
        TarImages(found), targets: found.targets, classNames: found.classNames, sizes: found.sizes,
        pipeline: samplePipeline(), seed: 3, purpose: .trainingData)
      let files = try ImageDataset(folder, pipeline: samplePipeline(), seed: 3, purpose: .trainingData)
      let (a, b) = (try loaded(tar, [0, 5, 3, 2]), try loaded(files, [0, 5, 3, 2]))
      #expect(a.map(\.floats) == b.map(\.floats) && a.map(\.label) == b.map(\.label))
      #expect(tar.fileRanges == [0..<6])
    }
  }

  @Test func damagedSamplesAreNamedAndLeftOut() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let path = try write(
        "a.tar",
        [
          "1.jpg": colour, "1.cls": [0x30], "2.jpg": Array(colour.prefix(300)), "2.cls": [0x30], "3.cls": [0x30],
          "4.jpg": colour, "5.jpg": colour, "5.cls": Array("x".utf8), "6.jpg": [], "6.cls": [0x30], "7.jpg": colour,
          "7.cls": [0x33],
        ])
      let found = try samples([path])
      #expect(found.classes == [0, 3])
      let messages = found.damage.samples.map { $0.message.replacing("\(path): ", with: "") }
      #expect(
        messages.map { String($0.prefix(40)) }
          == [
            "2.jpg: this JPEG image is damaged: Inval", "3 has no input .jpg, .jpeg, .png, .webp, .tif",
            "4 has no target .cls", "5.cls is \"x\", which is no class index", "6.jpg is empty",
          ].map { String($0.prefix(40)) })
      // Without a check only presence counts, even if another run has found more.
      #expect(try samples([path], checks: false).count == 4)
    }
  }

  @Test func targetsAreReadFromAnyMember() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let array = NPYArray(shape: [2], floats: [0.5, -1]).encoded()
      let path = try write(
        "a.tar",
        [
          "1.jpg": colour, "1.txt": Array("0.5, 2".utf8), "1.json": Array(#"{"kind": "b", "n": [1, 2]}"#.utf8),
          "1.npy": array, "2.jpg": colour, "2.txt": Array("1 3".utf8),
          "2.json": Array(#"{"kind": "a", "n": [3, 4]}"#.utf8),
          "2.npy": array,
        ])
      #expect(try samples([path], target: "txt", .values(shape: nil)).targets == .values([0.5, 2, 1, 3], width: 2))
      let arrays = try samples([path], target: "npy", .values(shape: .vector(2)))
      #expect(arrays.targets == .values([0.5, -1, 0.5, -1], width: 2))
      #expect(try samples([path], target: "json:n", .values(shape: nil)).targets == .values([1, 2, 3, 4], width: 2))
      let named = try samples([path], target: "json:kind")
      #expect(named.classes == [1, 0] && named.classNames == ["a", "b"])
      let given = try samples([path], target: "json:kind", .classes(names: ["b", "a", "c"], ignored: nil))
      #expect(given.classes == [0, 1] && given.classNames == ["b", "a", "c"])
      #expect(
        try message(of: { try samples([path], target: "json:kind", .classes(names: ["b", "c"], ignored: nil)) })
          == "a.tar: 2.json is \"a\", which is none of the 2 classes")
    }
  }

  @Test func arraysOfThreeAxesAreTargetsOfTheirShape() throws {
    try withTarFiles { write in
      func array(_ shape: [Int], from first: Float) -> [UInt8] {
        NPYArray(shape: shape, floats: (0..<shape.reduce(1, *)).map { first + Float($0) }).encoded()
      }
      let colour = try image("colour.jpg")
      let path = try write(
        "a.tar",
        [
          "1.jpg": colour, "1.npy": array([2, 1, 3], from: 0), "2.jpg": colour, "2.npy": array([2, 1, 3], from: 10),
          "3.jpg": colour, "3.npy": array([3, 2], from: 0), "4.jpg": colour,
          "4.npy": array([2, 1, 3], from: .infinity),
        ])
      // The second time from the index.
      for _ in 0..<2 {
        let found = try samples([path], inputs: ["jpg"], target: "npy", .values(shape: nil))
        let shape = Shape([2, 1, 3])
        #expect(found.targets == .values([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], shape: shape))
        #expect(found.targets.layout == .values(shape) && found.targets.count == 2)
        #expect(found.targets.choosing([1]) == .values([10, 11, 12, 13, 14, 15], shape: shape))
        #expect(
          found.damage.samples.map { local($0.message) } == [
            "a.tar: 3.npy has 6 numbers, the first sample numbers of the shape 2×1×3",
            "a.tar: 4.npy holds no numbers, or one that is not finite as float32",
          ])
      }
      let data = try ImageDataset(
        TarImages(try samples([path], inputs: ["jpg"], target: "npy", .values(shape: nil))),
        targets: .values([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], shape: Shape([2, 1, 3])), classNames: [],
        pipeline: TransformPipeline([Resize(.exact(ImageSize(height: 2, width: 1)))]), seed: 1, purpose: .trainingData)
      #expect(data.targetLayout == .values(.image(height: 2, width: 1, channels: 3)))
      let batch = try Batch(for: data, capacity: 1)
      try [1].withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
      guard case .values(let targets) = batch.targets else {
        Issue.record("the targets are no numbers")
        return
      }
      let rows = (0..<2).map { targets.row(step: 0, sample: 0, position: $0).floats }
      #expect(rows.flatMap { row in (0..<3).map { row[$0] } } == [10, 11, 12, 13, 14, 15])
      // They are no classes.
      #expect(
        try advice(of: { try samples([path], inputs: ["jpg"], target: "npy") })?.contains(
          "a.tar: 1.npy is an array of the shape [2, 1, 3], not a class") == true)
    }
  }

  @Test func whatNoSampleHasIsNamed() throws {
    try withTarFiles { write in
      let path = try write("a.tar", ["1.jpg": try image("colour.jpg"), "1.json": [], "1.seg.png": []])
      #expect(
        try message(of: { try samples([path]) })
          == "a.tar: no sample has a target .cls; the first, 1, has jpg, json, seg.png")
      #expect(
        try message(of: { try samples([path], inputs: ["npy"], target: "json:a") })
          == "a.tar: no sample has an input .npy; the first, 1, has jpg, json, seg.png")
      let empty = try write("b.tar", [:])
      #expect(try message(of: { try samples([empty]) }) == "b.tar: there are no samples")
    }
  }

  @Test func anIndexIsKeptAndRenewed() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let path = try write("a.tar", ["1.jpg": colour, "1.cls": [0x30], "2.jpg": colour, "2.cls": [0x31]])
      let index = path + TarIndexFile.ending
      #expect(try samples([path]).count == 2)
      let kept = try Data(contentsOf: URL(filePath: index))
      let first = try #require(TarIndex(Array(kept)))
      #expect(first.members.count == 4 && first.targets["cls"]?.count == 2)
      // It is read again, as a change of it shows.
      var other = first
      other.targets["cls"]?[1] = .text("5")
      try DatasetsTests.write(try other.encoded(), to: index)
      #expect(try samples([path]).classes == [5, 1])
      // What is damaged is made anew.
      var damaged = Array(kept)
      damaged[40] ^= 1
      for bytes in [damaged, Array(kept.prefix(100)), []] {
        try DatasetsTests.write(bytes, to: index)
        #expect(try samples([path]).classes == [0, 1])
        #expect(try Data(contentsOf: URL(filePath: index)) == kept)
      }
      // Another target is added to it.
      _ = try? samples([path], target: "txt")
      #expect(TarIndex(Array(try Data(contentsOf: URL(filePath: index))))?.targets.keys.sorted() == ["cls", "txt"])
      // The index of another file does not count.
      _ = try write("a.tar", ["1.jpg": colour, "1.cls": [0x30]])
      #expect(try samples([path]).count == 1)
    }
  }

  @Test func allThatIndexAtOnceHaveTheSameList() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let paths = try (0..<5).map { number in
        try write(
          "\(number).tar",
          ["1.jpg": colour, "1.cls": [0x30], "2.jpg": [1], "2.cls": [0x31], "3.jpg": colour, "3.cls": [0x31]])
      }
      let lists = ListsOfRanks(count: 6)
      DispatchQueue.concurrentPerform(iterations: 6) { rank in
        let found = try? samples(paths)
        lists.set(rank, found.map { "\($0.classes ?? []) \($0.damage.samples.map(\.message))" } ?? "none")
      }
      #expect(Set(lists.all).count == 1 && lists.all[0] != "none", "\(lists.all)")
    }
  }

  @Test func aChangeWhileSamplesAreReadIsTold() throws {
    try withTarFiles { write in
      let colour = try image("colour.jpg")
      let path = try write("a.tar", ["1.jpg": colour, "1.cls": [0x30]])
      let images = TarImages(try samples([path]))
      var bytes: [UInt8] = []
      try images.read(0, into: &bytes, limit: 1 << 20)
      #expect(bytes == colour)
      #expect(
        try message(of: { try images.read(0, into: &bytes, limit: 10) }) == "a.tar: 1.jpg has \(colour.count) bytes")
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.truncate(atOffset: 1000)
      try handle.close()
      #expect(
        try message(of: { try images.read(0, into: &bytes, limit: 1 << 20) })
          == "'a.tar' has changed while it was in use.")
    }
  }

  @Test func arraysMayDifferInTheirSteps() throws {
    try withTarFiles { write in
      func array(_ shape: [Int], from first: Float) -> [UInt8] {
        NPYArray(shape: shape, floats: (0..<shape.reduce(1, *)).map { first + Float($0) }).encoded()
      }
      let path = try write(
        "a.tar",
        ["1.npy": array([2, 3], from: 0), "1.cls": [0x30], "2.npy": array([1, 3], from: 10), "2.cls": [0x31]])
      for checks in [true, false] {
        let data = try TarArrays(try samples([path], checks: checks))
        #expect(data.inputShape == .sequence(steps: 2, features: 3) && data.hasLengths)
        let found = try load(data, [1, 0])
        #expect(found.inputs == [10, 11, 12, 0, 1, 2, 3, 4, 5] && found.classes == [1, 0] && found.lengths == [1, 2])
      }
      let images = try write("b.tar", ["1.npy": array([2, 2, 1], from: 0), "1.cls": [0x31]])
      let data = try TarArrays(try samples([images]))
      #expect(data.inputShape == .image(height: 2, width: 2, channels: 1) && !data.hasLengths)
      #expect(try load(data, [0]).inputs == [0, 1, 2, 3])
      #expect(data.notices == [] && data.shapeNotice == nil)
      let unlike = try write(
        "c.tar", ["1.npy": array([3], from: 0), "1.cls": [0x30], "2.npy": array([4], from: 0), "2.cls": [0x30]])
      #expect(
        try message(of: { try TarArrays(try samples([unlike])) })
          == "c.tar: 2.npy has the shape [4], c.tar: 1.npy [3]")
      let broken = try write(
        "d.tar",
        [
          "1.npy": array([3], from: 0), "1.cls": [0x30], "2.npy": array([3], from: .infinity), "2.cls": [0x30],
          "3.npy": Array(array([3], from: 0).dropLast()), "3.cls": [0x30], "4.npy": [1, 2], "4.cls": [0x30],
        ])
      #expect(try samples([broken]).damage.samples.count == 3)
      #expect(try samples([broken], checks: false).damage.samples.count == 2)
    }
  }

  @Test func channelsThatComeFirstAreTold() throws {
    try withTarFiles { write in
      func arrays(_ shapes: [[Int]], in name: String) throws -> TarArrays {
        var members = TarWriter()
        for (index, shape) in shapes.enumerated() {
          let array = NPYArray(shape: shape, floats: Array(repeating: 1, count: shape.reduce(1, *)))
          members.add("\(index).npy", array.encoded())
          members.add("\(index).cls", [0x30])
        }
        let path = try write(name, [:])
        try Data(members.finished).write(to: URL(filePath: path))
        return try TarArrays(try samples([path]))
      }
      let images = try arrays([[4, 24, 24], [4, 24, 24]], in: "a.tar")
      #expect(images.notices.map(local) == [images.shapeNotice.map(local)])
      #expect(
        images.notices.map(local) == [
          "a.tar: 0.npy has the shape [4, 24, 24], which is an image of 4 × 24 pixels and 24 channels. If it is 4 channels of "
            + "24 × 24 pixels, write it as x.transpose(1, 2, 0): the channels must come last."
        ])
      let sequences = try arrays([[3, 50], [3, 50]], in: "b.tar")
      #expect(sequences.notices == [] && sequences.shapeNotice?.hasSuffix("would be x.transpose(1, 0)") == true)
      #expect(try arrays([[3, 50], [2, 50]], in: "c.tar").shapeNotice == nil)
    }
  }
}

/// What each of several threads has found.
private final class ListsOfRanks: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var all: [String]

  init(count: Int) { all = Array(repeating: "", count: count) }

  func set(_ rank: Int, _ text: String) { lock.withLock { all[rank] = text } }
}
