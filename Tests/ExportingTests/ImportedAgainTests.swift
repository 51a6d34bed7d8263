import Diagnostics
import Exporting
import Formats
import Importing
import Recipes
import TestSupport
import Testing

/// Exported networks that are imported again are the same networks.
@Suite struct ImportedAgainTests {
  /// What cannot be imported, and the operator for which there is no layer.
  private static let refused = [
    "windows of different lengths rounded up": "AveragePool", "sequences of a size": "Slice",
  ]

  @Test(arguments: SmallNetwork.all)
  func exportedNetworksGiveTheSameBitsWhenTheyAreImported(network: SmallNetwork) throws {
    try withFolder { root in
      var network = network
      // There are samples of fewer steps than its convolutions take.
      if network.name == "activations over steps" { network.hasLengths = false }
      let samples = "\(root)/samples.npz"
      try network.writeSamples(to: samples)
      let exported = try ExportCase(network.recipe(samples: samples), name: "case").exported
      try exported.write(.onnx, to: "\(root)/model.onnx")
      func imported() throws -> ImportedNetwork {
        try ImportedNetwork(onnx: fileBytes("\(root)/model.onnx"), file: "model.onnx")
      }
      let isGated = network.layers.contains { $0.hasPrefix("gated") }
      if let type = isGated ? "Scan" : Self.refused[network.name] {
        let failure = #expect(throws: Failure.self) { try imported() }
        #expect(
          failure?.exitCode == .data && failure?.message.contains("(\(type))") == true, "\(failure?.message ?? "")")
        return
      }
      let result = try imported()
      try result.write(recipe: "\(root)/model.yaml", weights: "\(root)/model.safetensors")
      let shape = exported.model.inputShape
      #expect(result.inputShape == shape)
      let model = try Recipe.load("\(root)/model.yaml").makeModel(inputShape: shape)
      #expect(model.outputShape == exported.model.outputShape)
      var random = TestRandom(3)
      let inputs =
        network.hasIndices
        ? (0..<5 * shape.count).map { _ in Float(Int.random(in: 0..<9, using: &random)) }
        : random.floats(5 * shape.count)
      let outputs = try NetworkRun(model, inputs: inputs, upstream: nil, shards: 1).outputs
      let wanted = try NetworkRun(exported.model, inputs: inputs, upstream: nil, shards: 1).outputs
      #expect(outputs.map(\.bitPattern) == wanted.map(\.bitPattern))
      #expect(Set(model.parameters.map(\.name)) == Set(exported.model.parameters.map(\.name)))
    }
  }
}
