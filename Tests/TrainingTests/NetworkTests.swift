import Collectives
import Diagnostics
import Formats
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

@testable import Recipes

/// The built-in networks against torchvision's (Tests/Reference/make_networks.py).
@Suite struct NetworkTests {
  /// One of torchvision's networks.
  struct Reference: Decodable {
    let name: String
    let parameters: Int
    /// Whether it was trained with SiLU in place of ReLU.
    let smooth: Bool
    let names: String
    let size: [Int]
    let logits, trained: [Double]
    /// Each gradient's norm and its sum with some weights.
    let gradients: [String: [Double]]
  }

  private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"

  private static let references: [Reference] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Reference/networks.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode([Reference].self, from: data)) ?? []
  }()

  private func recipe(_ name: String, _ overrides: String...) throws -> Recipe {
    try Recipe.parse("model: {network: \(name)}\n", file: "network.yaml", overrides: overrides)
  }

  @Test func everyNetworkForImagesHasAReference() {
    let names = Registry.builtIn.networks.filter { $0.usualInput.isImage }.map { $0.name }
    #expect(!names.isEmpty && Set(names) == Set(Self.references.map(\.name)))
  }

  @Test func parametersHaveTorchvisionsNamesAndShapes() throws {
    for reference in Self.references {
      let layers = try recipe(reference.name).makeLayers(input: .photograph, classes: 1000)
      let model = Sequential(input: .photograph, layers)
      #expect(model.parameters.reduce(0) { $0 + $1.count } == reference.parameters, "\(reference.name)")
      let lines = (model.parameters + model.buffers).map { parameter in
        "\(parameter.name) \(parameter.shape.map(String.init).joined(separator: " "))\n"
      }
      let text = lines.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.joined()
      #expect(try Array(text.utf8).withUnsafeBytes(sha256(of:)) == reference.names, "\(reference.name)")
    }
  }

  /// Numbers from −1 to 1 that depend on the name and the index alone, as the script makes them.
  private func values(_ name: String, _ count: Int) -> [Float] {
    var sum: UInt32 = .max
    for byte in name.utf8 {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    let start = ~sum
    return (0..<count).map { index in
      var x = UInt32(truncatingIfNeeded: index) &* 2_654_435_761 &+ start
      for _ in 0..<2 { x = (x ^ x >> 16) &* 0x45D_9F3B }
      x ^= x >> 16
      return Float(x >> 8) / Float(1 << 23) - 1
    }
  }

  private func fill(_ model: Model) throws {
    for parameter in model.parameters + model.buffers {
      var drawn = values(parameter.name, parameter.count)
      if parameter.shape.count > 1 {
        let bound = Float((6 / Double(parameter.shape.dropFirst().reduce(1, *))).squareRoot())
        // Rounded once, from the product in double precision.
        for index in drawn.indices { drawn[index] = Float(Double(drawn[index]) * Double(bound)) }
      } else if parameter.name.hasSuffix("running_var") || parameter.name.hasSuffix("weight") {
        for index in drawn.indices { drawn[index] = 1 + drawn[index] / 4 }
      } else {
        for index in drawn.indices { drawn[index] /= 8 }
      }
      _ = try model.weights.values(of: parameter).update(fromContentsOf: parameter.fromPyTorch(drawn))
    }
    model.weights.noteChange()
  }

  /// The reference's images, channels last.
  private func images(_ reference: Reference) -> [Float] {
    let (height, width) = (reference.size[0], reference.size[1])
    let planes = values("images", 2 * 3 * height * width)
    return (0..<2 * height * width * 3).map { place in
      let (pixel, channel) = place.quotientAndRemainder(dividingBy: 3)
      let (sample, position) = pixel.quotientAndRemainder(dividingBy: height * width)
      return planes[(sample * 3 + channel) * height * width + position]
    }
  }

  /// Networks of at most this many parameters run in the default tests.
  private static let smallest = references.filter { isLong || $0.parameters < 12_000_000 }.map(\.name)

  @Test(arguments: smallest)
  func outputsAndGradientsAreTorchvisions(name: String) throws {
    let reference = try #require(Self.references.first { $0.name == name })
    var recipe = try recipe(name, "model.network.classes=10")
    let input = Shape.image(height: reference.size[0], width: reference.size[1], channels: 3)
    recipe.model.layers = recipe.model.layers.map { $0.still(smooth: false) }
    var model = try recipe.makeModel(inputShape: input)
    let inputs = images(reference)
    try fill(model)
    let evaluated = try NetworkRun(model, inputs: inputs, upstream: nil, shards: 1)
    #expect(relativeDifference(evaluated.outputs, reference.logits) < 1e-5)
    if reference.smooth {
      recipe.model.layers = recipe.model.layers.map { $0.still(smooth: true) }
      model = try recipe.makeModel(inputShape: input)
      try fill(model)
    }
    let trained = try NetworkRun(
      model, inputs: inputs, upstream: values("upstream", reference.trained.count), shards: 2)
    #expect(relativeDifference(trained.outputs, reference.trained) < 1e-4)
    let largest = reference.gradients.values.map { $0[0] }.max() ?? 0
    #expect(reference.gradients.count == model.parameters.count)
    for parameter in model.parameters {
      let own = try #require(trained.gradients[parameter.name]),
        wanted = try #require(reference.gradients[parameter.name])
      let norm = own.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let weights = values("gradient of \(parameter.name)", own.count)
      let sum = zip(own, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      // Some gradients nearly cancel, before a normalization.
      let tolerance = 2e-3 * wanted[0] + 1e-5 * largest
      #expect((norm - wanted[0]).magnitude < tolerance, "\(parameter.name): \(norm), not \(wanted[0])")
      #expect((sum - wanted[1]).magnitude < 2 * tolerance, "\(parameter.name): \(sum), not \(wanted[1])")
    }
  }

  /// Every network, small where it can be, trained for two steps.
  private static let trained: [(name: String, options: [String])] = [
    ("resnet18", ["width=8"]), ("resnet50", ["width=4"]), ("resnext50", ["width=16"]), ("wide-resnet50", ["width=4"]),
    ("squeezenet1-1", []), ("mobilenet-v2", ["width=0.25"]), ("mobilenet-v3-small", ["width=0.5"]),
    ("mobilenet-v3-large", ["width=0.25"]), ("efficientnet-b0", []), ("densenet121", ["growthRate=4"]), ("fcn", []),
    ("resnet-1d", ["width=8"]), ("inception-time", ["filters=4", "kernel=12"]), ("lstm-fcn", []),
    ("tcn", ["levels=4", "channels=6"]),
  ]

  @Test(arguments: trained.map(\.name))
  func networksTrainToTheSameBits(name: String) throws {
    let options = try #require(Self.trained.first { $0.name == name }).options
    let isSeries = Registry.builtIn.networks.contains { $0.name == name && !$0.usualInput.isImage }
    let shape = isSeries ? [9, 24, 2] : [9, 33, 32, 3]
    var random = TestRandom(5)
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: shape, floats: random.floats(shape.reduce(1, *)))),
        ("y", NPYArray(shape: [9], int32s: (0..<9).map { Int32($0 % 3) })),
      ], to: path)
    let overrides = options.map { "model.network.\($0)" } + ["batch=9", "shards=3", "steps=2"]
    func train(ranks: Int) throws -> [UInt32] {
      try ThreadCommunicator.run(ranks: ranks) { communicator -> [UInt32] in
        let experiment = try Recipe.parse(
          "model: {network: {name: \(name)}}\ndata: {source: numpy, train: \(path)}\n", file: "network.yaml",
          overrides: overrides
        ).makeExperiment()
        _ = try Trainer(
          experiment, workspace: experiment.makeWorkspace(communicator: communicator), observers: []
        ).run()
        return try withExtendedLifetime(experiment) {
          bits(try experiment.model.weights.values.floats) + bits(experiment.model.weights.bufferValues.floats)
        }
      }[0]
    }
    let alone = try train(ranks: 1)
    #expect(alone.allSatisfy { Float(bitPattern: $0).isFinite })
    for ranks in [2, 3] { #expect(try train(ranks: ranks) == alone, "\(ranks) ranks") }
    for (set, result) in try onEachInstructionSet({ try train(ranks: 1) }) { #expect(result == alone, "\(set)") }
  }

  @Test func aNetworkIsWrittenOutAsLayers() throws {
    let recipe = try recipe("resnet18", "model.network.classes=3", "model.network.stem=cifar", "model.network.width=8")
    #expect(recipe.model.network == nil && recipe.model.layers.count == 9)
    let again = try Recipe.parse(recipe.resolvedYAML(), file: "again.yaml")
    #expect(again.resolvedYAML() == recipe.resolvedYAML())
    let model = try again.makeModel(inputShape: .image(height: 8, width: 8, channels: 1))
    #expect(model.outputShape == .vector(3) && model.parameters.first?.name == "conv1.weight")
    #expect(model.parameters.last?.name == "fc.bias")
  }

  @Test func aNetworkOnTheCommandLineReplacesTheLayers() throws {
    let text = "model: {layers: [{linear: 3}]}\n"
    #expect(try Recipe.parse(text, file: "a.yaml", overrides: ["model.network=fcn"]).model.layers.count == 11)
    #expect(
      throws: Failure(
        .configuration, "a.yaml:1: model has both layers and a network",
        advice: "give one of them; dp-train recipes FILE --resolved writes a network's layers out, to change them")
    ) {
      try Recipe.parse("model: {network: fcn, layers: [{linear: 3}]}\n", file: "a.yaml")
    }
    #expect(
      throws: Failure(
        .configuration, "a.yaml:1: model.layers is missing",
        advice:
          "it is required: the layers from input to output, each a name with its settings, unless network gives them")
    ) {
      try Recipe.parse("model: {convolution: direct}\n", file: "a.yaml")
    }
  }
}

extension LayerEntry {
  /// The layer without anything that draws at random; with `smooth` also with SiLU in place of ReLU.
  fileprivate func still(smooth: Bool) -> any LayerEntry {
    if smooth, self is ReLUEntry { return SiLUEntry() }
    if var dropout = self as? DropoutEntry {
      dropout.probability = 0
      return dropout
    }
    if var path = self as? DropPathEntry {
      path.probability = 0
      return path
    }
    var copy = self
    for key in Self.form.keys { key.replaceLayers(&copy) { $0.still(smooth: smooth) } }
    return copy
  }
}
