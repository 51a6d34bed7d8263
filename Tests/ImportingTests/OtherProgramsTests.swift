import Diagnostics
import Formats
import Foundation
import Importing
import Recipes
import TestSupport
import Testing

/// Models of other programs give the same outputs here as in onnxruntime or in PyTorch.
@Suite struct OtherProgramsTests {
  private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"

  /// Imports all models that the script writes.
  private func check(_ kind: String, tolerance: Float, refused: [String: String] = [:]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try PythonEnvironment.run(
      PythonEnvironment.support("make_models.py"), [kind, folder], torch: kind == "torch")
    try #require(result.status == 0, "\(result.errors)")
    for name in result.output.split(separator: "\n").map({ "\(folder)/\($0)" }) {
      if let message = refused[String(name.dropFirst(folder.count + 1))] {
        let failure = #expect(throws: Failure.self) {
          try ImportedNetwork(onnx: fileBytes(name + ".onnx"), file: "model")
        }
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
      } else {
        try checkOutputs(name, tolerance: tolerance)
      }
    }
  }

  private func checkOutputs(_ name: String, tolerance: Float) throws {
    let network = try ImportedNetwork(onnx: fileBytes(name + ".onnx"), file: name)
    try network.write(recipe: name + ".yaml", weights: name + ".safetensors")
    let arrays = try NPZArchive(contentsOf: name + ".npz")
    let (inputs, wanted) = (try arrays.array("x"), try arrays.array("outputs"))
    let shape = network.inputShape?.extents ?? Array(inputs.shape.dropFirst())
    #expect(shape == Array(inputs.shape.dropFirst()), "\(name)")
    let model = try Recipe.load(name + ".yaml").makeModel(inputShape: .init(shape))
    let outputs = try NetworkRun(model, inputs: inputs.floats(), upstream: nil, shards: 1).outputs
    let values = wanted.floats()
    try #require(outputs.count == values.count, "\(name)")
    let largest = values.map(abs).max() ?? 0
    let difference = zip(outputs, values).map { abs($0 - $1) }.max() ?? .infinity
    #expect(difference <= tolerance * largest && largest > 0.01, "\(name): \(difference) of \(largest)")
    guard let names = try? String(contentsOfFile: name + ".txt", encoding: .utf8) else { return }
    #expect(Set((model.parameters + model.buffers).map(\.name)) == Set(names.split(separator: "\n").map(String.init)))
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func graphsOfOtherProgramsGiveTheSameOutputs() throws {
    try check("onnx", tolerance: 1e-5)
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func networksOfTheONNXPackageGiveTheSameOutputs() throws {
    let shuffled = ["shufflenet": "(Reshape) cannot be imported: it divides or mixes the axes of its input"]
    try check("light", tolerance: 1e-4, refused: shuffled)
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable && isLong, "needs Python packages and a minute"))
  func largeNetworksOfTheONNXPackageGiveTheSameOutputs() throws {
    try check("large", tolerance: 1e-4)
  }

  @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
  func modulesOfPyTorchGiveTheSameOutputs() throws {
    try check("torch", tolerance: 1e-5)
  }
}
