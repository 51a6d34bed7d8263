import Exporting
import Formats
import Foundation
import Importing
import TestSupport
import Tensors
import Testing

@testable import Recipes

/// The built-in networks give the same outputs in onnxruntime and in PyTorch as here, and the same bits when they are imported.
@Suite struct NetworkExportTests {
  private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
  private static let all = Registry.builtIn.networks.map { $0.name }
  /// Those that take seconds.
  private static let small = [
    "squeezenet1-1", "mobilenet-v3-small", "fcn", "resnet-1d", "inception-time", "lstm-fcn", "tcn",
  ]

  private struct Answer: Decodable {
    let name: String
    let error: String?
    let difference: Double?
  }

  @Test(arguments: isLong ? all : small)
  func exportsGiveTheSameOutputs(name: String) throws {
    try withFolder { root in
      let folder = "\(root)/\(name)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let usual = try #require(Registry.builtIn.networks.first { $0.name == name }).usualInput
      // AlexNet and MobileNet v2 need a few pixels more than the others.
      let shape = usual.isImage ? Shape.image(height: 80, width: 67, channels: 3) : .sequence(steps: 40, features: 2)
      let recipe = try Recipe.parse("model: {network: \(name)}\n", file: "network.yaml")
      let model = try recipe.makeModel(inputShape: shape, classes: 10)
      let exported = ExportedModel(model, name: name, meaning: .classes)
      for format in ExportFormat.allCases { try exported.write(format, to: "\(folder)/network.\(format.suffix)") }

      var random = TestRandom(5)
      let inputs = random.floats(2 * shape.count)
      let outputs = try NetworkRun(model, inputs: inputs, upstream: nil, shards: 1).outputs
      for file in usual.isImage ? ["case"] : ["case", "shorter"] {
        try NPZArchive.write(
          [
            ("x", NPYArray(shape: [2] + shape.extents, floats: inputs)),
            ("outputs", NPYArray(shape: [2] + model.outputShape.extents, floats: outputs)),
          ], to: "\(folder)/\(file).npz")
      }
      try check("onnx", folder, isPossible: PythonEnvironment.isAvailable)
      try check("pytorch", folder, isPossible: PythonEnvironment.hasTorch)

      let imported = try ImportedNetwork(onnx: fileBytes("\(folder)/network.onnx"), file: "network.onnx")
      try imported.write(recipe: "\(folder)/again.yaml", weights: "\(folder)/again.safetensors")
      let again = try Recipe.load("\(folder)/again.yaml").makeModel(inputShape: shape)
      #expect(
        try NetworkRun(again, inputs: inputs, upstream: nil, shards: 1).outputs.map(\.bitPattern)
          == outputs.map(\.bitPattern))
      #expect(
        Set((again.parameters + again.buffers).map(\.name)) == Set((model.parameters + model.buffers).map(\.name)))
    }
  }

  private func check(_ format: String, _ folder: String, isPossible: Bool) throws {
    guard isPossible else { return }
    let result = try PythonEnvironment.run(
      PythonEnvironment.support("check_exports.py"), [format, folder], torch: format == "pytorch")
    #expect(result.status == 0, "\(result.errors)")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
    #expect(answer.error == nil && (answer.difference ?? 1) <= 1e-4, "\(answer)")
  }
}
