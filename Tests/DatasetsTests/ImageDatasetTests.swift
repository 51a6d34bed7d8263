import Datasets
import Diagnostics
import Foundation
import Images
import Tensors
import Testing

@Suite struct ImageDatasetTests {
  private func folder(_ root: String, cache: Int = 1024, purpose: RandomPurpose = .trainingData) throws -> ImageDataset
  {
    try ImageDataset(
      ImageSamples(folder: root, split: "train"), pipeline: samplePipeline(), seed: 9, purpose: purpose, cache: cache)
  }

  @Test func imagesHaveHeightWidthAndColours() throws {
    try withImages(sixImages) { root in
      let data = try folder(root)
      #expect(data.inputShape == .image(height: 20, width: 24, channels: 3))
      #expect(data.classNames == ["cats", "dogs"])
      #expect(data.count == 6)
      #expect(data.text(of: 4) == "\(root)/train/dogs/2.png")
      let samples = try loaded(data, [5, 0, 3])
      #expect(samples.map(\.label) == [1, 0, 1])

      let image = Image()
      try ImageDecoder().decode("\(root)/train/dogs/1.jpg", into: image)
      let pipeline = samplePipeline()
      try pipeline.prepare(image)
      let expected = try [Float](unsafeUninitializedCapacity: 20 * 24 * 3) { buffer, count in
        if let base = buffer.baseAddress {
          try pipeline.finish(
            image, random: Philox(seed: 9, purpose: .trainingData), epoch: 1, sample: 3, to: base)
        }
        count = buffer.count
      }
      #expect(samples[2].floats == expected)
    }
  }

  @Test func aSampleDoesNotDependOnTheBatchTheOrderOrTheCache() throws {
    try withImages(sixImages) { root in
      let cached = try folder(root)
      let first = try loaded(cached, [0, 1, 2, 3, 4, 5]).map(\.floats)
      #expect(try loaded(cached, [5, 3, 1]).map(\.floats) == [first[5], first[3], first[1]])
      #expect(try loaded(folder(root, cache: 0), [4, 0]).map(\.floats) == [first[4], first[0]])
      #expect(try loaded(cached, epoch: 2, [0, 1, 2, 3, 4, 5]).map(\.floats) != first)
      #expect(try loaded(folder(root, purpose: .testData), [0, 1, 2, 3, 4, 5]).map(\.floats) != first)
    }
  }

  @Test func theCacheKeepsOnlyWhatFits() throws {
    // An image of 1 MiB less a little: one fits, two do not.
    let pipeline = { TransformPipeline([Resize(.exact(ImageSize(height: 500, width: 690)))]) }
    try withImages(["train/a/1.jpg": "colour.jpg", "train/a/2.jpg": "colour.jpg"]) { root in
      let samples = try ImageSamples(folder: root, split: "train")
      let data = try ImageDataset(samples, pipeline: pipeline(), seed: 1, purpose: .trainingData, cache: 1)
      let first = try loaded(data, [1, 0]).map(\.floats)
      try FileManager.default.removeItem(atPath: "\(root)/train")
      #expect(try loaded(data, epoch: 2, [1]).map(\.floats) == [first[0]])
      let missing = try #require(throws: Failure.self) { try loaded(data, epoch: 2, [0]) }
      #expect(missing.message == "\(root)/train/a/1.jpg cannot be opened: No such file or directory")
    }
  }

  @Test func filesThatCannotBeUsedAreNamed() throws {
    try withImages(sixImages) { root in
      let samples = try ImageSamples(folder: root, split: "train")
      let crop = try ImageDataset(
        samples, pipeline: TransformPipeline([RandomCrop(ImageSize(height: 41, width: 10))]), seed: 1,
        purpose: .trainingData)
      let small = try #require(throws: Failure.self) { try loaded(crop, [1]) }
      #expect(small.exitCode == .data)
      #expect(
        small.message == "\(root)/train/cats/2.png: random-crop takes 41×10 pixels, but the image has 40×53")
      try imageBytes("colour.png").prefix(300).write(to: URL(filePath: "\(root)/train/dogs/2.png"))
      let damaged = try #require(throws: Failure.self) { try loaded(crop, [4]) }
      #expect(damaged.message.hasPrefix("\(root)/train/dogs/2.png: this PNG image is damaged: "))
    }
  }

  @Test func transformsMustFixTheSize() throws {
    try withImages(sixImages) { root in
      let samples = try ImageSamples(folder: root, split: "train")
      for transforms: [any Transform] in [[], [Resize(.shorterSide(20)), RandomHorizontalFlip()]] {
        let failure = try #require(throws: Failure.self) {
          try ImageDataset(samples, pipeline: TransformPipeline(transforms), seed: 1, purpose: .trainingData)
        }
        #expect(failure.exitCode == .configuration)
        #expect(failure.message == "no transform fixes the size of images, and their own sizes are not known")
        #expect(
          failure.advice
            == "one of data.transforms must fix height and width, for example resize: {size: [256, 256]}; "
            + "or data.checkInputs: true, if all have one size")
      }
    }
  }

  @Test func evaluationsHaveTheSizeOfTraining() throws {
    try withImages(sixImages) { root in
      let samples = try ImageSamples(folder: root, split: "train").withoutDamaged().sound
      func data(_ pipeline: TransformPipeline, like size: (Int, Int), _ samples: ImageSamples) throws -> ImageDataset {
        try ImageDataset(
          samples, like: .image(height: size.0, width: size.1, channels: 3), pipeline: pipeline, seed: 1,
          purpose: .testData)
      }
      #expect(try data(TransformPipeline(), like: (40, 53), samples).count == 6)
      #expect(try data(samplePipeline(), like: (20, 24), samples).count == 6)
      // The transforms of training leave the size to one that is random.
      let own = try #require(throws: Failure.self) { try data(TransformPipeline(), like: (16, 18), samples) }
      #expect(own.message == "images of evaluations have 40×53 pixels, those of training 16×18")
      let advice = { (rest: String) in
        "data.evaluationTransforms must bring them to the size of training, for example [resize: {size: [16, 18]}\(rest)]; "
          + "without this key, evaluations take those of data.transforms that are not random"
      }
      #expect(own.exitCode == .configuration && own.advice == advice(""))
      let set = try #require(throws: Failure.self) { try data(samplePipeline(), like: (16, 18), samples) }
      #expect(set.message == "images of evaluations have 20×24 pixels, those of training 16×18")
      #expect(set.advice == advice(", normalize: …"))
      let unread = try ImageSamples(folder: root, split: "train")
      let unknown = try #require(throws: Failure.self) { try data(TransformPipeline(), like: (16, 18), unread) }
      #expect(unknown.message.hasPrefix("no transform fixes the size") && unknown.advice == advice(""))
      let small = try PNGEncoder.encode(
        [UInt8](repeating: 9, count: 300), size: ImageSize(height: 10, width: 10), colors: .rgb)
      try write(small, to: "\(root)/train/dogs/2.png")
      let mixed = try ImageSamples(folder: root, split: "train").withoutDamaged().sound
      let several = try #require(throws: Failure.self) { try data(TransformPipeline(), like: (16, 18), mixed) }
      #expect(several.message.hasPrefix("images of different sizes: ") && several.advice == advice(""))
    }
  }

  @Test func imagesOfOneSizeNeedNoTransforms() throws {
    try withImages(sixImages) { root in
      let samples = try ImageSamples(folder: root, split: "train").withoutDamaged().sound
      func data(_ transforms: [any Transform] = []) throws -> ImageDataset {
        try ImageDataset(samples, pipeline: TransformPipeline(transforms), seed: 1, purpose: .trainingData)
      }
      #expect(try data().inputShape == .image(height: 40, width: 53, channels: 3))
      #expect(try data([RandomHorizontalFlip()]).inputShape == data().inputShape)
      #expect(try data([Resize(.shorterSide(20))]).inputShape == .image(height: 20, width: 26, channels: 3))
      #expect(try loaded(data(), [0, 5]).allSatisfy { $0.floats.allSatisfy { (0...1).contains($0) } })

      let small = try PNGEncoder.encode(
        [UInt8](repeating: 9, count: 300), size: ImageSize(height: 10, width: 10), colors: .rgb)
      let whole = try data()
      try write(small, to: "\(root)/train/dogs/2.png")
      let reader = try ImageReader(pipeline: TransformPipeline(), shape: [40, 53, 3])
      #expect(try loaded(reader.samples("\(root)/train/cats/1.jpg"), [0])[0].floats == loaded(whole, [0])[0].floats)
      let input = try #require(throws: Failure.self) { try loaded(reader.samples("\(root)/train/dogs/2.png"), [0]) }
      #expect(input.message == "\(root)/train/dogs/2.png: the image has 10×10 pixels, but must have 40×53")
      // A file that changed since it was looked at, and one of the same size.
      let changed = try #require(throws: Failure.self) { try loaded(whole, [4]) }
      #expect(
        changed.exitCode == .data
          && changed.message == "\(root)/train/dogs/2.png has other contents than when it was checked")
      var bytes = Array(try imageBytes("grey.jpg"))
      bytes[bytes.count - 3] ^= 1
      try write(bytes, to: "\(root)/train/cats/3.jpeg")
      let other = try #require(throws: Failure.self) { try loaded(whole, [2]) }
      #expect(other.message == "\(root)/train/cats/3.jpeg has other contents than when it was checked")
      try write(Array(try imageBytes("grey.jpg")), to: "\(root)/train/cats/3.jpeg")
      #expect(try loaded(whole, [2]).count == 1)

      let mixed = try ImageSamples(folder: root, split: "train").withoutDamaged().sound
      let failure = try #require(throws: Failure.self) {
        try ImageDataset(mixed, pipeline: TransformPipeline(), seed: 1, purpose: .trainingData)
      }
      #expect(
        failure.message == "images of different sizes: \(root)/train/cats/1.jpg of 40×53 pixels, "
          + "\(root)/train/dogs/2.png of 10×10")
      #expect(
        failure.advice
          == "data.transforms bring them to one: data: {source: …, transforms: [resize: {size: [40, 53]}]}")
    }
  }

  @Test func targetsMayBeNumbers() throws {
    try withImages(sixImages) { root in
      let samples = try ImageSamples(folder: root, split: "train")
      let rows: [Float] = (0..<12).map { Float($0) / 2 }
      let data = try ImageDataset(
        samples, targets: .values(rows, width: 2), classNames: [], pipeline: samplePipeline(), seed: 9,
        purpose: .trainingData)
      #expect(data.targetLayout == .values(.vector(2)) && data.classes == nil)
      let batch = try Batch(for: data, capacity: 2)
      try [5, 1].withUnsafeBufferPointer { try data.load(epoch: 1, indices: $0, into: batch) }
      guard case .values(let view) = batch.targets else { throw Failure(.software, "the targets are classes") }
      let written = (0..<2).flatMap { place in (0..<2).map { view.row(step: 0, sample: place).floats[$0] } }
      #expect(written == [5, 5.5, 1, 1.5])
      #expect(
        ImageTargets.values(rows, width: 2).choosing([1]) == .values([1, 1.5], width: 2)
          && ImageTargets.classes([3, 4, 5]).choosing([2, 0]) == .classes([5, 3]))
    }
  }

  @Test func readerAndDataSetGiveTheSameValues() throws {
    let pipeline = { TransformPipeline([Resize(.shorterSide(24)), CenterCrop(ImageSize(height: 20, width: 24))]) }
    try withImages(sixImages) { root in
      let data = try ImageDataset(
        ImageSamples(folder: root, split: "train"), pipeline: pipeline(), seed: 1, purpose: .testData)
      let reader = try ImageReader(pipeline: pipeline(), shape: data.inputShape.extents)
      let inputs = try (0..<data.count).map { try reader.samples(data.source.name(of: $0)) }
      for (index, input) in inputs.enumerated() {
        #expect(input.inputShape == data.inputShape)
        #expect(try loaded(input, [0]).map(\.floats) == loaded(data, [index]).map(\.floats))
      }
      #expect(throws: Failure.self) { try reader.samples("\(root)/no.jpg") }
    }
  }
}
