import Datasets
import Exporting
import Formats
import Foundation
import Recipes
import TestSupport
import Tensors
import Testing
import Training

/// torchvision's networks at their usual size: weights of `torch.save` and of safetensors load by name, and outputs here and in
/// onnxruntime are those of PyTorch in double precision. Prints the rows of the table in docs/networks.md.
@Suite(.serialized) struct TorchvisionTests {
  /// What the script prints.
  private struct Answer: Decodable {
    let parameters: Int
    /// The difference of PyTorch's own outputs in float32, relative to the largest.
    let float32: Double
  }

  /// A line of check_exports.py.
  private struct Check: Decodable {
    let error: String?
    let difference: Double?
  }

  private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
  private static let networks = Registry.builtIn.networks.filter { $0.usualInput.isImage }.map { $0.name }

  @Test(
    .enabled(if: isLong && PythonEnvironment.hasTorchvision, PythonEnvironment.torchvisionReason), arguments: networks)
  func outputsAtTheUsualSizeAreTorchvisions(name: String) throws {
    try withFolder { folder in
      let made = try PythonEnvironment.run(
        PythonEnvironment.support("torchvision_networks.py"), [name, folder], torch: true)
      try #require(made.status == 0, "\(made.errors)")
      let answer = try JSONDecoder().decode(Answer.self, from: Data(made.output.utf8))
      let arrays = try NPZArchive(contentsOf: "\(folder)/expected.npz")
      let (inputs, wanted) = (try arrays.array("x"), try arrays.array("outputs"))
      let shape = Shape(Array(inputs.shape.dropFirst()))
      func recipe(_ file: String, _ overrides: String...) throws -> Recipe {
        try Recipe.parse(
          "model: {network: \(name), weights: {file: \(folder)/\(file)}}\n", file: "\(name).yaml", overrides: overrides)
      }
      func load(_ file: String, _ convolution: String) throws -> Network {
        try recipe(file, "model.convolution=\(convolution)").makeNetwork(inputShape: shape, classes: 1000)
      }
      let (saved, network) = (try load("weights.pth", "direct"), try load("weights.safetensors", "auto"))
      let same = try withExtendedLifetime((saved, network)) {
        try bits(saved.model.weights.values.floats) == bits(network.model.weights.values.floats)
      }
      #expect(same)
      #expect(network.model.parameters.reduce(0) { $0 + $1.count } == answer.parameters)

      let images = inputs.floats()
      let outputs = try NetworkRun(network.model, inputs: images, upstream: nil, shards: 1).outputs
      let direct = try NetworkRun(saved.model, inputs: images, upstream: nil, shards: 1).outputs
      let differences = [outputs, direct].map { relativeDifference($0, wanted.doubles()) }
      // Some networks amplify rounding errors; those of PyTorch in float32 are the measure then. Each sum here is one chain,
      // whose error is up to some three times that of PyTorch's sums of blocks.
      let tolerance = max(1e-5, 4 * answer.float32)
      for difference in differences { #expect(difference <= tolerance) }
      let columns = (differences + [answer.float32]).map { String(format: "%.1e", $0) }.joined(separator: " | ")
      print("| `\(name)` | \(answer.parameters) | \(columns) |")

      let facts = DataFacts(inputShape: shape.extents, classNames: (0..<1000).map { "class \($0)" })
      try ExportedModel(network, recipe: recipe("weights.safetensors"), facts: facts)
        .write(.onnx, to: "\(folder)/network.onnx")
      try NPZArchive.write(
        [("x", inputs), ("outputs", NPYArray(shape: wanted.shape, floats: outputs))], to: "\(folder)/case.npz")
      let checked = try PythonEnvironment.run(PythonEnvironment.support("check_exports.py"), ["onnx", folder])
      let check = try JSONDecoder().decode(Check.self, from: Data(checked.output.utf8))
      #expect(check.error == nil)
      #expect(check.difference ?? .infinity <= tolerance)
    }
  }
}
