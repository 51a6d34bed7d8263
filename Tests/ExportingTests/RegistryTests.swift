import Collectives
import Diagnostics
import Exporting
import Foundation
import Layers
import Tensors
import Testing

@testable import Recipes

/// Every layer that a recipe can name can be exported, and is among the networks that are compared.
@Suite struct RegistryTests {
  /// The layers and all within them.
  private func nested(_ layers: [any Layer]) -> [any Layer] {
    layers.flatMap { [$0] + $0.parts.flatMap { nested($0.layers) } }
  }

  @Test func everyLayerOfTheRecipesIsCompared() throws {
    let models = try SmallNetwork.all.map {
      try $0.recipe(samples: "samples.npz").makeModel(inputShape: Shape($0.shape))
    }
    let layers = models.flatMap { nested($0.layers) }
    #expect(Set(layers.map(\.kind)) == Set(LayerSettings.variants.map(\.name)))
    for layer in layers { #expect(layer is any ExportableLayer, "\(layer.kind)") }
  }

  private final class Unknown: Layer {
    let kind = "unknown"
    let outputShape = Shape.vector(3)
    func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {}
    func forward(_ input: TensorView, _ context: StepContext) -> TensorView { input }
    func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? { gradient }
  }

  private func expectFailure(_ message: String, _ format: ExportFormat, _ layers: [any Layer], input: Shape) throws {
    try withFolder { folder in
      let model = try Model(inputShape: input, layers: layers)
      do {
        try ExportedModel(model, name: "odd", meaning: .classes).write(format, to: "\(folder)/odd.\(format.suffix)")
        Issue.record("\(format) was written")
      } catch let failure as Failure {
        #expect(failure.exitCode == .configuration && failure.message == message)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func anUnknownLayerIsNamed() throws {
    let layers: () throws -> [any Layer] = {
      [Linear(input: .vector(3), outputs: 3), try Residual(input: .vector(3), body: [Unknown()])]
    }
    try expectFailure(
      "layer 1.body.0 (unknown) cannot be exported as ONNX", .onnx, layers(), input: .vector(3))
    try expectFailure(
      "layer 1.body.0 (unknown) cannot be exported as PyTorch", .pytorch, layers(), input: .vector(3))
  }

  @Test func outputsInAnotherOrderAreRefused() throws {
    let image = Shape.image(height: 2, width: 3, channels: 4)
    for format in [ExportFormat.onnx, .pytorch] {
      try expectFailure(
        "odd ends with the pixels of images as one vector, which other programs order channel by channel", format,
        [Flatten(input: image)], input: image)
    }
  }

  @Test func weightsComeBackFromBothFiles() throws {
    try withFolder { folder in
      for network in SmallNetwork.all.prefix(4) {
        let recipe = try network.recipe(samples: "samples.npz")
        let model = try recipe.makeModel(inputShape: Shape(network.shape))
        for counter in model.counters { counter.value = 1 << 40 }
        for format in [ExportFormat.safetensors, .npz] {
          let path = "\(folder)/weights.\(format.suffix)"
          try ExportedModel(model, name: "small", meaning: .classes).write(format, to: path)
          var other = recipe
          other.seed = 7
          other.model.weights = path
          let read = try other.makeModel(inputShape: Shape(network.shape))
          #expect(read.values.floats.map(\.bitPattern) == model.values.floats.map(\.bitPattern))
          #expect(read.bufferValues.floats.map(\.bitPattern) == model.bufferValues.floats.map(\.bitPattern))
          #expect(read.counters.map(\.value) == model.counters.map(\.value))
        }
      }
    }
  }
}
