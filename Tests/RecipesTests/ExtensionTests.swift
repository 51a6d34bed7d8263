import Datasets
import Diagnostics
import Foundation
import Images
import Layers
import Optimizers
import Tensors
import Testing

@testable import Recipes

/// Custom entries in recipes, of every kind.
@Suite struct ExtensionTests {
  struct Scale: LayerEntry {
    enum Mode: String, Choice { case once, twice }
    var factor = 2.0
    var mode = Mode.once
    var units = 0
    var initialization: (any InitializationEntry)?
    static let form = RecipeForm<Self>(
      "scale", "a scaled copy",
      keys: [
        RecipeKey("factor", \.factor, .number(.above(0)), "the factor"),
        RecipeKey("mode", \.mode, .choice, "how often"),
        RecipeKey("units", \.units, .number(.atLeast(1)), required: true, "the outputs"),
        .initialization(\.initialization),
      ])

    func check(_ section: RecipeSection) throws {
      guard factor < 100 || mode == .once else {
        throw section.conflict(
          of: ["factor", "mode"], "\(section.path): factor \(factor) twice is too much", advice: "take it once")
      }
    }

    func makeLayer(_ site: LayerSite) throws -> any Layer {
      guard site.input.features > 1 else { throw Failure(.configuration, "one feature cannot be scaled") }
      return Linear(input: site.input, outputs: units)
    }
  }

  /// A layer of layers.
  struct Repeated: LayerEntry {
    var layers: [any LayerEntry] = []
    static let form = RecipeForm<Self>(
      "repeated", "layers that keep the shape", short: "layers",
      keys: [RecipeKey("layers", \.layers, .list(.layer), required: true, "the layers")])

    func checkInput(_ site: LayerSite) throws {
      guard !site.input.isImage else { throw Failure(.configuration, "takes no images") }
    }

    func makeLayer(_ site: LayerSite) -> any Layer { Sequential(input: site.input, layers: site.layers("layers")) }
  }

  struct Zeros: DataEntry {
    final class Samples: Dataset {
      let inputShape = Shape.vector(3)
      let classNames = ["a", "b"]
      let count = 4

      func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) { batch.clear(count: indices.count) }
    }

    static let form = RecipeForm<Self>("zeros", "zeros")

    func makeSplits(for recipe: Recipe) -> DataSplits { DataSplits(training: Samples()) }
  }

  struct Darken: TransformEntry, DeterministicTransform {
    var share = 0.5
    static let form = RecipeForm<Self>(
      "darken", "darker images", keys: [RecipeKey("share", \.share, .number(.from(0, through: 1)), "of the light")])

    func makeTransform() -> any Transform { self }

    func apply(_ parameters: Void, to canvas: Canvas) {
      for channel in 0..<3 {
        let plane = canvas.plane(channel)
        for index in plane.indices { plane[index] *= Float(share) }
      }
    }
  }

  struct RareClass: LossEntry {
    var factor = 10.0
    let targetKind = NumPyDataset.TargetKind.classes
    static let form = RecipeForm<Self>(
      "rare-class", "cross-entropy in which the last class counts more",
      keys: [RecipeKey("factor", \.factor, .number(.above(0)), "how much more")])

    func makeLoss(outputs: Shape) -> any Loss {
      CrossEntropy(logits: outputs, classWeights: Array(repeating: 1, count: outputs.features - 1) + [factor])
    }
  }

  /// Bernstein et al. 2018.
  final class SignDescent: Optimizer {
    var stepCount = 0
    let state: [OptimizerState] = []
    private(set) var slices: [Range<Int>]

    init(count: Int) { slices = [0..<count] }

    func restrict(to slices: [Range<Int>]) { self.slices = slices }

    func step(
      parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
      gather: (BlockSums) throws -> Void
    ) {
      for index in slices.joined() where gradients[index] != 0 {
        parameters[index] -= Float(learningRate) * (gradients[index] > 0 ? 1 : -1)
      }
      stepCount += 1
    }
  }

  struct SignDescentEntry: OptimizerEntry {
    var learningRate = 0.001
    var clipNorm: Double?
    var clipValue: Double?
    static let form = RecipeForm<Self>(
      "sign-descent", "steps of one size along the gradient's signs", keys: [rateKey] + clippingKeys)

    func makeOptimizer(for model: Model) -> any Optimizer { SignDescent(count: model.valueCount) }
  }

  struct InverseRoot: Schedule {
    let offset: Double

    func learningRate(step: Int, base: Double) -> Double { base * (offset / (offset + Double(step))).squareRoot() }
  }

  struct InverseRootEntry: ScheduleEntry {
    var offset = 1000.0
    var start = ScheduleStart()
    static let form = RecipeForm<Self>(
      "inverse-root", "the rate falls with the root of the steps",
      keys: [RecipeKey("offset", \.offset, .number(.above(0)), "steps until half of its square is left")] + sharedKeys)

    func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule { InverseRoot(offset: offset) }
  }

  struct Small: InitializationEntry {
    var share = 0.1
    static let form = RecipeForm<Self>(
      "small", "small normal numbers",
      keys: [RecipeKey("share", \.share, .number(.above(0)), "the share of the usual size")])

    var initialization: Initialization { .xavierNormal(gain: Float(share)) }
  }

  static let extensions = Registry(
    layers: [Scale.self, Repeated.self], losses: [RareClass.self], optimizers: [SignDescentEntry.self],
    schedules: [InverseRootEntry.self], dataSources: [Zeros.self], transforms: [Darken.self],
    initializations: [Small.self])
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

  @Test func customEntriesAreReadMadeAndWritten() throws {
    let recipe = try read(Self.text, "model.layers.1.scale.factor=4", "model.layers.1.scale.mode=twice")
    #expect(recipe.model.layers.last == Scale(factor: 4, mode: .twice, units: 2))
    #expect(recipe.data == Zeros())
    let experiment = try recipe.makeExperiment()
    #expect(experiment.model.parameters.map(\.name) == ["0.0.weight", "0.0.bias", "1.weight", "1.bias"])
    #expect(experiment.data.training.count == 4 && experiment.settings.order == .shuffled)
    let written = recipe.resolvedYAML(comments: true)
    #expect(written.contains("scale:") && written.contains("factor: 4") && written.contains("mode: twice"))
    #expect(try read(written) == recipe)
    #expect(try recipe.validated(extensions: Self.extensions) == recipe)
    #expect(try recipe.firstDifference(from: read(Self.text, "model.layers.1.scale.mode=twice"))?.key.isEmpty == false)
  }

  @Test func aTransformWorksOnThePixels() throws {
    let text =
      "{data: {source: image-folder, folder: x, transforms: [darken: {share: 0.25}]}, model: {layers: [flatten]}}"
    let images = try #require(try read(text).data as? ImageFolderEntry)
    let image = Image()
    try image.reshape(ImageSize(height: 1, width: 2))
    for index in image.pixels.indices { image.pixels[index] = UInt8(40 * index) }
    try images.transforms.makePipeline(key: "transforms").prepare(image)
    #expect(Array(image.pixels.prefix(6)) == [0, 10, 20, 30, 40, 50])
  }

  @Test func aCustomLossIsMade() throws {
    let recipe = try read(Self.text, "loss={name: rare-class, factor: 3}")
    #expect(recipe.loss == RareClass(factor: 3) && recipe.resolvedYAML().contains("loss:\n  name: rare-class\n"))
    #expect(try recipe.makeExperiment().network.loss is CrossEntropy)
    #expect(
      try failure(Self.text, "loss={name: rare-class, weight: 3}").advice == "valid keys: name, factor"
        && read(Self.text, "loss=rare-class", "loss.factor=3") == recipe)
  }

  @Test func aCustomOptimizerIsMade() throws {
    let recipe = try read(Self.text, "optimizer=sign-descent", "optimizer.learningRate=0.5", "optimizer.clipNorm=2")
    #expect(recipe.optimizer == SignDescentEntry(learningRate: 0.5, clipNorm: 2))
    #expect(recipe.optimizerSummary == "sign-descent, learning rate 0.5, gradient norm at most 2")
    let experiment = try recipe.makeExperiment()
    #expect(experiment.settings.clipNorm == 2 && experiment.settings.learningRate == 0.5)
    let optimizer = try #require(experiment.optimizer as? SignDescent)
    optimizer.restrict(to: [1..<3])
    var values: [Float] = [1, 1, 1, 1]
    optimizer.step(parameters: &values, gradients: [3, 0, -2, 1], learningRate: 0.25) { _ in }
    #expect(values == [1, 1, 1.25, 1] && optimizer.stepCount == 1)
  }

  @Test func aCustomScheduleIsMadeWithTheCommonKeys() throws {
    let recipe = try read(Self.text, "schedule={name: inverse-root, offset: 3, warmup: 2, scaleWithBatch: 16}")
    #expect(recipe.schedule.summary == "inverse-root after 2 steps of warm-up" && recipe.baseLearningRate == 0.002)
    let schedule = try recipe.makeExperiment().schedule
    #expect([0, 2, 11].map { schedule.learningRate(step: $0, base: 1) } == [0, 1, 0.5])
    #expect(try read(recipe.resolvedYAML()) == recipe)
  }

  @Test func aCustomInitializationDrawsWeights() throws {
    let recipe = try read(
      Self.text, "model.initialization={name: small, share: 0.5}", "model.layers.1.scale.initialization=small")
    let drawn = try recipe.makeExperiment().model.parameters.map(\.initialization)
    #expect(drawn[0] == .xavierNormal(gain: 0.5) && drawn[2] == .xavierNormal(gain: 0.1))
  }

  /// Layers within are made, named in messages, and get other cells, as in a residual.
  @Test func aCustomLayerMayContainLayers() throws {
    let text = "{data: {source: zeros}, model: {layers: [repeated: [linear: 2, relu], linear: 2]}}"
    #expect(try read(text).makeExperiment().model.parameters.map(\.name).first == "0.0.weight")
    let fault = try failure(text, "model.layers.0.repeated.layers.1=lstm")
    #expect(fault.message.contains("model.layers.0.repeated.layers.1 (lstm) needs a sequence"), "\(fault.message)")
    let cells = try read("{model: {cell: gru, layers: [repeated: [lstm: 3]]}}").model.layers
    #expect((cells.first as? Repeated)?.layers.first is GRUEntry)
    let images = #expect(throws: Failure.self) {
      try read(text).makeModel(inputShape: .image(height: 2, width: 2, channels: 1))
    }
    #expect(images?.message == "own.yaml:1: model.layers.0 (repeated) takes no images")
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

  /// A resumed run reads its own recipe, which names the same entries.
  @Test func aFormerRecipeIsReadWithTheSameEntries() throws {
    let recipe = try read()
    let path = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString).yaml").path
    try Data(recipe.resolvedYAML().utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try recipe.loadFormer(path).firstDifference(from: recipe) == nil)
    #expect(throws: Failure.self) { try Recipe().loadFormer(path) }
  }

  @Test func registrationsEndWithTheirScope() throws {
    _ = try read()
    let later = #expect(throws: Failure.self) { try Recipe.parse(Self.text, file: "own.yaml") }
    #expect(later?.message == "own.yaml:1: data.source: there is no data source \"zeros\"")
  }

  @Test func aMissingReaderIsNamed() throws {
    let facts = DataFacts(inputShape: [3], classNames: [])
    let failure = #expect(throws: Failure.self) { try read().makeReader(facts: facts) }
    #expect(failure?.exitCode == .unavailable)
  }

  @Test func duplicateNamesAreRefused() throws {
    struct Second: LayerEntry {
      static let form = RecipeForm<Self>("linear", "another")
      func makeLayer(_ site: LayerSite) -> any Layer { ReLU(input: site.input) }
    }
    let failure = #expect(throws: Failure.self) {
      try Recipe.parse(Self.text, file: "own.yaml", extensions: Registry(layers: [Second.self]))
    }
    #expect(failure?.message == "there are two of the layer \"linear\"")
  }
}
