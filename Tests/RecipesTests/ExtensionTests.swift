import Datasets
import Diagnostics
import Foundation
import Images
import Layers
import Tensors
import Testing

@testable import Recipes

/// A program's own layers, data sources and transforms in recipes.
@Suite struct ExtensionTests {
  struct Scale: LayerEntry {
    enum Mode: String, Choice { case once, twice }
    var factor = 2.0
    var mode = Mode.once
    var units = 0
    static let name = "scale"
    static let doc = "a scaled copy"
    static let keys = [
      RecipeKey("factor", \Self.factor, .number(.above(0)), "the factor"),
      RecipeKey("mode", \Self.mode, .choice, "how often"),
      RecipeKey("units", \Self.units, .number(.atLeast(1)), required: true, "the outputs"),
    ]

    func check() throws {
      guard factor < 100 || mode == .once else {
        throw Failure(.configuration, "factor \(factor) twice is too much", advice: "take it once")
      }
    }

    func makeLayer(input: Shape) throws -> any Layer {
      guard input.features > 1 else { throw Failure(.configuration, "one feature cannot be scaled") }
      return Linear(input: input, outputs: units)
    }
  }

  struct Zeros: DataEntry {
    final class Samples: Dataset {
      let inputShape = Shape.vector(3)
      let classNames = ["a", "b"]
      let count = 4

      func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) { batch.clear(count: indices.count) }
    }

    static let name = "zeros"
    static let doc = "zeros"

    func makeSplits(for recipe: Recipe) -> DataSplits { DataSplits(training: Samples()) }
  }

  struct Darken: TransformEntry, DeterministicTransform {
    var share = 0.5
    static let name = "darken"
    static let doc = "darker images"
    static let keys = [RecipeKey("share", \Self.share, .number(.from(0, through: 1)), "of the light")]

    func makeTransform() -> any Transform { self }

    func apply(_ parameters: Void, to canvas: Canvas) {
      for channel in 0..<3 {
        let plane = canvas.plane(channel)
        for index in plane.indices { plane[index] *= Float(share) }
      }
    }
  }

  static let extensions = RecipeExtensions(
    layers: [Scale.self], dataSources: [Zeros.self], transforms: [Darken.self])
  static let text = """
    data: {source: zeros}
    model:
      layers:
        - sequential: {layers: [scale: {units: 5, factor: 3}]}
        - scale: {units: 2}
    """

  private func read(_ text: String = text, _ overrides: String...) throws -> Recipe {
    try Recipe.parse(text, file: "own.yaml", overrides: overrides, extensions: Self.extensions)
  }

  private func failure(_ text: String = text, _ overrides: String...) throws -> Failure {
    try #require(throws: Failure.self) {
      try Recipe.parse(text, file: "own.yaml", overrides: overrides, extensions: Self.extensions).makeExperiment()
    }
  }

  @Test func ownEntriesAreReadMadeAndWritten() throws {
    let recipe = try read(Self.text, "model.layers.1.scale.factor=4", "model.layers.1.scale.mode=twice")
    let own = CustomLayer(Scale(factor: 4, mode: .twice, units: 2))
    #expect(recipe.model.layers.last == .custom(own))
    #expect(recipe.data == .custom(CustomData(Zeros())))
    let experiment = try recipe.makeExperiment()
    #expect(experiment.model.parameters.map(\.name) == ["0.0.weight", "0.0.bias", "1.weight", "1.bias"])
    #expect(experiment.data.training.count == 4 && experiment.settings.shuffles)
    let written = recipe.resolvedYAML(comments: true)
    #expect(written.contains("scale:") && written.contains("factor: 4") && written.contains("mode: twice"))
    #expect(try read(written) == recipe)
    #expect(try recipe.validated(extensions: Self.extensions) == recipe)
    #expect(try recipe.firstDifference(from: read(Self.text, "model.layers.1.scale.mode=twice"))?.key.isEmpty == false)
  }

  @Test func aTransformWorksOnThePixels() throws {
    let text =
      "{data: {source: image-folder, folder: x, transforms: [darken: {share: 0.25}]}, model: {layers: [flatten]}}"
    guard case .imageFolder(let images) = try read(text).data else {
      Issue.record("not images")
      return
    }
    let image = Image()
    try image.reshape(ImageSize(height: 1, width: 2))
    for index in image.pixels.indices { image.pixels[index] = UInt8(40 * index) }
    try images.transforms.makePipeline(key: "transforms").prepare(image)
    #expect(Array(image.pixels.prefix(6)) == [0, 10, 20, 30, 40, 50])
  }

  @Test func mistakesNameThePlace() throws {
    #expect(
      try failure(Self.text, "model.layers.1.scale.factr=1")
        == Failure(
          .configuration, "command line: model.layers.1.scale.factr=1: unknown key model.layers.1.scale.factr",
          advice: "did you mean model.layers.1.scale.factor?"))
    #expect(
      try failure(Self.text, "model.layers.1.scale.factor=0").message.hasSuffix(
        "model.layers.1.scale.factor must be greater than 0, not 0"))
    #expect(try failure("model: {layers: [scale]}").message == "own.yaml:1: model.layers.0.scale.units is missing")
    let both = try failure(Self.text, "model.layers.1.scale={units: 1, factor: 200, mode: twice}")
    #expect(both.message.hasSuffix(": model.layers.1.scale: factor 200.0 twice is too much"), "\(both.message)")
    let fit = try failure("{data: {source: zeros}, model: {layers: [linear: {outputs: 1}, scale: {units: 2}]}}")
    #expect(
      fit.message
        == "own.yaml:1: model.layers.1 (scale) does not fit its input, a vector of 1: one feature cannot be scaled")
  }

  /// A run that is resumed reads the recipe it began with, which names the same entries.
  @Test func aFormerRecipeIsReadWithTheSameEntries() throws {
    let recipe = try read()
    let path = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString).yaml").path
    try Data(recipe.resolvedYAML().utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try recipe.loadFormer(path).firstDifference(from: recipe) == nil)
    #expect(throws: Failure.self) { try Recipe().loadFormer(path) }
  }

  @Test func nothingIsRegisteredForGood() throws {
    _ = try read()
    let later = #expect(throws: Failure.self) { try Recipe.parse(Self.text, file: "own.yaml") }
    #expect(later?.message == "own.yaml:1: data.source: there is no data source \"zeros\"")
  }

  @Test func aReaderThatIsMissingIsSaid() throws {
    let facts = DataFacts(inputShape: [3], classNames: [])
    let failure = #expect(throws: Failure.self) { try read().makeReader(facts: facts) }
    #expect(failure?.exitCode == .unavailable)
  }

  @Test func twoOfOneNameAreRefused() throws {
    struct Second: LayerEntry {
      static let name = "linear"
      static let doc = "another"
      func makeLayer(input: Shape) -> any Layer { ReLU(input: input) }
    }
    let failure = #expect(throws: Failure.self) {
      try Recipe.parse(Self.text, file: "own.yaml", extensions: RecipeExtensions(layers: [Second.self]))
    }
    #expect(failure?.message == "there are two of the layer \"linear\"")
  }
}
