import Datasets
import Diagnostics
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct CIFARTests {
  /// A pixel that depends on all of its coordinates.
  private func pixel(_ image: Int, _ color: Int, _ row: Int, _ column: Int) -> UInt8 {
    UInt8((image * 50 + color * 91 + row * 7 + column * 3) % 256)
  }

  private func file(_ labels: [[UInt8]]) -> [UInt8] { cifarFile(labels, pixel: pixel) }

  private func floats(_ image: Int) -> [Float] {
    (0..<32).flatMap { row in
      (0..<32).flatMap { column in (0..<3).map { Float(pixel(image, $0, row, column)) / 255 } }
    }
  }

  private func near(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test func planesBecomePixelsAndFilesFollowEachOther() throws {
    try withFolder { folder in
      try write(file([[3], [9]]), to: "\(folder)/data_batch_1.bin")
      try write(file([[0]]), to: "\(folder)/data_batch_2.bin")
      let images = try CIFARImages(
        ["\(folder)/data_batch_1.bin", "\(folder)/data_batch_2.bin"], kind: .ten, labels: .fine,
        classNames: (0..<10).map(String.init))
      let data = try CIFARDataset(images, pipeline: TransformPipeline(), seed: 1, purpose: .trainingData)
      #expect(data.inputShape == .image(height: 32, width: 32, channels: 3))
      #expect(data.classes == [3, 9, 0])
      #expect((0..<3).map(data.text) == ["data_batch_1.bin[0]", "data_batch_1.bin[1]", "data_batch_2.bin[0]"])
      let samples = try loaded(data, [2, 1])
      #expect(samples.map(\.label) == [0, 9])
      #expect(near(samples[0].floats, floats(0)) && near(samples[1].floats, floats(1)))
    }
  }

  @Test(arguments: [(CIFARFolder.Labels.coarse, [Int32](arrayLiteral: 19, 4)), (.fine, [99, 30])])
  func theSecondSetHasTwoLabels(labels: CIFARFolder.Labels, wanted: [Int32]) throws {
    try withFolder { folder in
      try write(file([[19, 99], [4, 30]]), to: "\(folder)/train.bin")
      let found = try CIFARFolder(folder)
      #expect(found.kind == .hundred && found.test == nil && found.testName == "test.bin")
      let names = try found.classNames(labels)
      #expect(names.count == (labels == .fine ? 100 : 20) && names.last == "\(names.count - 1)")
      let images = try CIFARImages(found.training, kind: .hundred, labels: labels, classNames: names)
      #expect(images.labels == wanted)
      let data = try CIFARDataset(images, indices: [1], pipeline: TransformPipeline(), seed: 1, purpose: .testData)
      #expect(data.count == 1 && data.text(of: 0) == "train.bin[1]")
      let second = try loaded(data, [0])[0]
      #expect(near(second.floats, floats(1)))
    }
  }

  @Test func aSampleDependsOnItsPlaceInTheFilesAlone() throws {
    try withFolder { folder in
      try write(file((0..<6).map { [UInt8($0)] }), to: "\(folder)/x")
      let images = try CIFARImages(["\(folder)/x"], kind: .ten, labels: .fine, classNames: (0..<10).map(String.init))
      func data(_ indices: [Int]? = nil, seed: UInt64 = 1) throws -> CIFARDataset {
        let size = ImageSize(height: 32, width: 32)
        let crop = RandomCrop(size, padding: ImageSize(height: 4, width: 4))
        return try CIFARDataset(
          images, indices: indices, pipeline: TransformPipeline([crop, RandomHorizontalFlip()]), seed: seed,
          purpose: .trainingData)
      }
      let first = try loaded(data(), [0, 1, 2, 3, 4, 5]).map(\.floats)
      #expect(try loaded(data([4, 1]), [1, 0]).map(\.floats) == [first[1], first[4]])
      #expect(try loaded(data(), epoch: 2, [0, 1, 2, 3, 4, 5]).map(\.floats) != first)
      #expect(try loaded(data(seed: 2), [0, 1, 2, 3, 4, 5]).map(\.floats) != first)
      // Each is the image moved by at most four pixels, with black beside it, and maybe mirrored.
      for (index, moved) in first.enumerated() {
        let whole = floats(index)
        let fits = (-4...4).contains { down in
          (-4...4).contains { right in
            [false, true].contains { mirrored in
              near(
                moved,
                (0..<32).flatMap { row in
                  (0..<32).flatMap { column -> [Float] in
                    let (y, x) = (row + down, (mirrored ? 31 - column : column) + right)
                    let isInside = (0..<32).contains(y) && (0..<32).contains(x)
                    return (0..<3).map { isInside ? whole[(y * 32 + x) * 3 + $0] : 0 }
                  }
                })
            }
          }
        }
        #expect(fits, "image \(index)")
      }
    }
  }

  @Test func namesComeFromTheirFile() throws {
    try withFolder { folder in
      try write(file([[0]]), to: "\(folder)/test_batch.bin")
      func names(_ text: String) throws -> [String] {
        try write(text, to: "\(folder)/batches.meta.txt")
        return try CIFARFolder(folder).classNames(.fine)
      }
      #expect(try CIFARFolder(folder).classNames(.fine) == (0..<10).map(String.init))
      #expect(try names("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n") == "abcdefghij".map(String.init))
      #expect(try failure { try names("a\nb\n") } == "\(folder)/batches.meta.txt names 2 classes, but CIFAR-10 has 10")
      #expect(try failure { try names("a\nb\n\na\n") } == "\(folder)/batches.meta.txt:4: a is there twice")
      #expect(
        try failure(.configuration) { try CIFARFolder(folder).classNames(.coarse) }
          == "data.labels is coarse, but \(folder) holds CIFAR-10, whose images have one label")
    }
  }

  @Test func filesThatDoNotFitAreNamed() throws {
    func message(_ bytes: [UInt8], _ kind: CIFARFolder.Kind = .ten, _ labels: CIFARFolder.Labels = .fine) throws
      -> String
    {
      try withFolder { folder in
        try write(bytes, to: "\(folder)/x")
        return try failure { try CIFARImages(["\(folder)/x"], kind: kind, labels: labels, classNames: []) }
      }
    }
    #expect(try message([]).hasSuffix("x' is empty"))
    #expect(
      try message(file([[1], [2]]).dropLast(5)).hasSuffix(
        "x' has 6141 bytes: 1 image of 3073 bytes and 3068 bytes more"))
    #expect(
      try message(file([[1], [2]]), .hundred).hasSuffix("x' has 6146 bytes: 1 image of 3074 bytes and 3072 bytes more"))
    #expect(try message(file([[1], [10]])).hasSuffix("x: image 1 has the label 10"))
    #expect(try message(file([[20, 4]]), .hundred, .coarse).hasSuffix("x: image 0 has the label 20"))
    #expect(try message(file([[0, 4], [0, 100]]), .hundred).hasSuffix("x: image 1 has the label 100"))
  }

  @Test func foldersOfOtherThingsAreExplained() throws {
    func failure(_ names: [String], at path: String = "") throws -> Failure {
      try withFolder { folder in
        for name in names {
          if name.hasSuffix("/") {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
          } else {
            try write("", to: "\(folder)/\(name)")
          }
        }
        #expect(
          path != "" || CIFARFolder.isMeant(by: names.map { $0.replacing("/", with: "") }) == (names != ["a.txt"]))
        let failure = try #require(throws: Failure.self) {
          try CIFARFolder(path.isEmpty ? folder : "\(folder)/\(path)")
        }
        func relative(_ text: String) -> String { text.replacing(folder, with: "F") }
        return Failure(failure.exitCode, relative(failure.message), advice: failure.advice.map(relative))
      }
    }
    let python = try failure(["data_batch_1", "data_batch_2", "test_batch", "batches.meta"])
    #expect(
      python.exitCode == .noInput && python.message == "F holds CIFAR for Python, pickled files that are not read")
    #expect(python.advice?.contains("cifar-10-binary.tar.gz") == true)
    #expect(try failure(["meta", "train", "test"]).message == python.message)
    #expect(try failure(["cifar-10-batches-py/"]).message == python.message)
    #expect(try failure(["cifar-10-batches-bin/"]).advice == "did you mean the folder in it, F/cifar-10-batches-bin?")
    let packed = try failure(["cifar-100-binary.tar.gz"])
    #expect(packed.message == "F/cifar-100-binary.tar.gz is an archive")
    #expect(
      packed.advice
        == "unpack it, tar xzf F/cifar-100-binary.tar.gz -C F, and name the folder that it makes, F/cifar-100-binary")
    #expect(try failure(["cifar-10-python.tar.gz"]).message.hasSuffix("is an archive, and not of the binary version"))
    #expect(try failure(["x.tgz"], at: "x.tgz").message == "F/x.tgz is an archive")
    #expect(try failure(["x.bin"], at: "x.bin").message == "F/x.bin is a file, but must be a folder")
    #expect(try failure([], at: "no").message == "F/no: there is no such folder")
    #expect(try failure(["a.txt"]).message == "F has none of CIFAR's files")
    #expect(try failure(["train.bin", "test_batch.bin"]).message == "F holds files of both CIFAR-10 and CIFAR-100")
  }

  @Test func imageFilesGiveTheSameValues() throws {
    try withFolder { folder in
      try write(file([[1]]), to: "\(folder)/x")
      let images = try CIFARImages(["\(folder)/x"], kind: .ten, labels: .fine, classNames: (0..<10).map(String.init))
      let normalize = Normalize(mean: SIMD3(0.5, 0.4, 0.3), deviation: SIMD3(0.25, 0.2, 0.1))
      let data = try CIFARDataset(
        images, pipeline: TransformPipeline(normalize: normalize), seed: 1, purpose: .testData)
      let colors = (0..<32).flatMap { row in (0..<32).flatMap { column in (0..<3).map { pixel(0, $0, row, column) } } }
      try write(
        PNGEncoder.encode(colors, size: ImageSize(height: 32, width: 32), colors: .rgb), to: "\(folder)/same.png")
      try imageBytes("colour.jpg").write(to: URL(filePath: "\(folder)/other.jpg"))
      let reader = try CIFARImages.reader(evaluation: TransformPipeline(normalize: normalize), shape: [32, 32, 3])
      #expect(try loaded(reader.samples("\(folder)/same.png"), [0])[0].floats == loaded(data, [0])[0].floats)
      #expect(try reader.samples("\(folder)/other.jpg").inputShape == data.inputShape)
    }
  }
}
