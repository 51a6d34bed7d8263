import Collectives
import Datasets
import Foundation
import Images
import Recipes
import Tensors
import Testing
import Training

@testable import Reporting

@Suite("Pictures of a model in training")
struct PictureTests {
  @Test("are made of filters, feature maps and classified images, and change nothing")
  func convolutional() throws {
    let folder = try RunFixture.images()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let recipe = try Recipe.load(folder.recipe)
    let experiment = try recipe.makeExperiment()
    let before = Array(try experiment.model.weights.values.floats)
    var made: [(picture: TrainingPictures.Picture, step: Int)] = []
    let observer = TrainingPictures(experiment, at: { $0 == 3 }) { made.append(($0, $1)) }
    var report = StepReport()
    for step in 1...4 {
      report.step = step
      try observer.stepDidFinish(report)
    }
    let tags = made.map(\.picture.tag)
    for tag in ["filters/0.weight", "feature maps/0 conv2d", "feature maps/1 conv2d", "feature maps/3 conv2d"] {
      #expect(tags.contains(tag))
    }
    #expect(tags.contains { $0.hasPrefix("classified") } && made.allSatisfy { $0.step == 3 })
    #expect(try Array(experiment.model.weights.values.floats) == before)
    for (picture, _) in made {
      let path = folder.path + "/picture.png"
      try Data(picture.png).write(to: URL(fileURLWithPath: path))
      let image = Image()
      try ImageDecoder().decode(path, into: image)
      #expect(image.size == picture.size)
    }
  }

  @Test("are made of the states of recurrent layers")
  func recurrent() throws {
    let recipe = try Recipe.load("temporal-order", overrides: ["data.testSize=10"])
    let pictures = try TrainingPictures(recipe.makeExperiment(), at: { _ in true }) { _, _ in }
      .pictures()
    // 4 units and 8 steps, every value 3 pixels wide.
    #expect(pictures.map(\.tag) == ["states/layer 0"] && pictures.map(\.size) == [ImageSize(height: 16, width: 28)])
  }

  @Test("are the same on any number of ranks with a divided update")
  func onRanks() throws {
    func pictures(ranks: Int) throws -> [[UInt8]] {
      try ThreadCommunicator.run(ranks: ranks) { communicator in
        let recipe = try Recipe.load(
          "temporal-order", overrides: ["model.layers.0.lstm.hiddenSize=128", "steps=20", "data.testSize=10"])
        let experiment = try recipe.makeExperiment()
        var made: [[UInt8]] = []
        let observer = TrainingPictures(experiment, at: { $0.isMultiple(of: 5) }) { picture, _ in
          made.append(picture.png)
        }
        _ = try Trainer(
          experiment, workspace: experiment.makeWorkspace(communicator: communicator),
          observers: communicator.isRoot ? [observer] : []
        ).run()
        return made
      }[0]
    }
    let alone = try pictures(ranks: 1)
    #expect(Set(alone).count == 4)
    for ranks in [2, 3] { #expect(try pictures(ranks: ranks) == alone, "\(ranks) ranks") }
  }

  @Test("of changed samples have one scale, in the colours before their normalization")
  func augmented() throws {
    let folder = NSTemporaryDirectory() + "dp-train-pictures-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let size = ImageSize(height: 16, width: 16)
    for name in ["cats", "dogs"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/train/\(name)", withIntermediateDirectories: true)
      let bytes = (0..<256 * 3).map { UInt8(60 + $0 % 120) }
      try Data(PNGEncoder.encode(bytes, size: size, colors: .rgb))
        .write(to: URL(fileURLWithPath: "\(folder)/train/\(name)/1.png"))
    }
    let file = folder + "/recipe.yaml"
    try """
    data: {source: image-folder, folder: \(folder)}
    batch: 2
    shards: 2
    model: {layers: [flatten, {linear: {outputs: 2}}]}
    """.write(toFile: file, atomically: true, encoding: .utf8)
    func mean(brightness: Double, normalize: String = "") throws -> Double {
      let recipe = try Recipe.load(
        file,
        overrides: [
          "data.transforms=[{resize: 8}, {color-jitter: {brightness: [\(brightness), \(brightness)]}}\(normalize)]"
        ])
      let png = try AugmentedSamples.png(
        of: recipe.makeExperiment(), count: 2, normalization: recipe.inputNormalization(),
        areColours: true)
      let path = folder + "/augmented.png"
      try Data(png).write(to: URL(fileURLWithPath: path))
      let image = Image()
      try ImageDecoder().decode(path, into: image)
      let values = image.pixels.map(Double.init)
      return values.reduce(0, +) / Double(values.count)
    }
    let bright = try mean(brightness: 1)
    #expect(try mean(brightness: 0.3) < bright - 5)
    let normalized = try mean(
      brightness: 1, normalize: ", {normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}}")
    #expect(abs(normalized - bright) < 1)
  }

  @Test("of mixed samples are the mixtures of neighbours")
  func mixed() throws {
    let folder = try RunFixture.images()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    func experiment(_ overrides: String...) throws -> Experiment {
      try Recipe.load(folder.recipe, overrides: overrides).makeExperiment()
    }
    func png(_ experiment: Experiment) throws -> [UInt8] {
      try AugmentedSamples.png(of: experiment, count: 4, normalization: nil, areColours: false)
    }
    #expect(try png(experiment("mix.mixup=1")) != png(experiment()))
    #expect(try png(experiment("mix.cutmix=1")) != png(experiment()))
    let (samples, way) = ([0, 1, 2, 3], try #require(Mixing(mixup: 1)))
    let data = try experiment().data.training
    let plain = try SampleInputs(data, samples: samples)
    let mixed = try SampleInputs(data, samples: samples, epoch: 3, mixing: (way, 7))
    let share = Float(way.draw(Philox(seed: 7, purpose: .mixing), epoch: 3, first: 0, shape: data.inputShape).share)
    for sample in samples {
      for (value, (own, other)) in zip(
        mixed.values(sample), zip(plain.values(sample), plain.values((sample + 3) % 4)))
      { #expect(abs(value - (share * own + (1 - share) * other)) < 1e-5) }
    }
  }

  @Test("of series are lines of their channels")
  func series() throws {
    // One channel falls from the top to the bottom, the other stays in the middle; the series takes half of the width.
    let values: [Float] = [1, 0.5, 0, 0.5]
    let tile = Tile.lines(values, channels: 2, steps: 3, range: 0...1)
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      Array(tile.bytes[(row * tile.width + column) * 3..<(row * tile.width + column) * 3 + 3])
    }
    let (first, second, paper) = (pixel(0, 0), pixel(24, 0), pixel(0, 40))
    #expect(Set([first, second, paper]).count == 3)
    #expect(pixel(tile.height - 1, (tile.width - 1) / 2) == first && pixel(24, 40) == second)
    for row in 0..<tile.height { #expect(pixel(row, tile.width - 1) == paper) }
    // A training of sequences has such pictures; one of vectors has none.
    let recipe = try Recipe.load("temporal-order", overrides: ["data.testSize=10"])
    let png = try AugmentedSamples.png(
      of: recipe.makeExperiment(), count: 2, normalization: nil, areColours: true)
    let size = try #require(Sheet(Array(repeating: tile, count: 16))).size
    #expect(try decodedSize(png) == size)
  }

  private func decodedSize(_ png: [UInt8]) throws -> ImageSize {
    let path = NSTemporaryDirectory() + "dp-train-picture-\(UUID().uuidString).png"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(png).write(to: URL(fileURLWithPath: path))
    let image = Image()
    try ImageDecoder().decode(path, into: image)
    return image.size
  }

  @Test("are at their places on a sheet")
  func sheet() throws {
    let tiles = [Float(1), -1, 0].map { Tile.signed([$0], height: 1, width: 1, limit: 1) }
    let sheet = try #require(Sheet(tiles))
    #expect(sheet.size == ImageSize(height: 28, width: 80))
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      Array(sheet.pixels[(row * 80 + column) * 3..<(row * 80 + column) * 3 + 3])
    }
    #expect(pixel(14, 14) == [226, 103, 10] && pixel(14, 40) == [26, 118, 200])
    #expect(pixel(14, 66) == [255, 255, 255] && pixel(0, 0) == [255, 255, 255] && pixel(2, 27) == [255, 255, 255])
    #expect(Sheet([])?.size == nil)
  }
}
