import Collectives
import Diagnostics
import Exporting
import Foundation
import Layers
import TestSupport
import Tensors
import Testing

@testable import Recipes

/// Every layer of recipes can be exported, and is in the compared networks.
@Suite struct RegistryTests {
  @Test func everyLayerOfTheRecipesIsCompared() throws {
    let models = try SmallNetwork.all.map {
      try $0.recipe(samples: "samples.npz").makeModel(inputShape: Shape($0.shape))
    }
    let layers = models.flatMap { $0.layers.nested }
    #expect(Set(layers.map(\.kind)) == Set(EntryKind.layer.names))
    for layer in layers { #expect(layer is any ExportableLayer, "\(layer.kind)") }
  }

  /// Returns its inputs and gradients.
  private struct NoPass: Pass {
    func forward(_ input: TensorView, _ context: StepContext) -> TensorView { input }
    func backward(
      _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
    ) -> TensorView? { gradient }
  }

  private final class Unknown: Layer {
    let kind = "unknown"
    let outputShape = Shape.vector(3)
    func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass { NoPass() }
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

  @Test func aNameThatNoModuleCanHaveIsRefused() throws {
    try withFolder { folder in
      let body = LayerPart([Linear(input: .vector(3), outputs: 3)], name: "body", ownNames: ["training"])
      let model = try Model(
        inputShape: .vector(3),
        LayerPart([Residual(input: .vector(3), body: body, shortcut: LayerPart([], name: "shortcut"))], ownNames: ["a"])
      )
      let failure = #expect(throws: Failure.self) {
        try ExportedModel(model, name: "odd", meaning: .classes).write(.pytorch, to: "\(folder)/odd.py")
      }
      #expect(
        failure?.message
          == "layer a.training (linear) cannot be exported as PyTorch: each of its modules has an attribute training")
      try ExportedModel(model, name: "odd", meaning: .classes).write(.onnx, to: "\(folder)/odd.onnx")
    }
  }

  /// A custom layer, 2 x, which PyTorch lacks.
  private final class Doubled: Layer, ExportableLayer {
    let kind = "doubled"
    let outputShape = Shape.vector(3)
    func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass { NoPass() }

    func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
      input.with(name: graph.node("Add", [input.name, input.name]))
    }

    func pyTorchExpression(in source: PyTorchSource) -> String {
      source.define("class Doubled(nn.Module):\n    def forward(self, x):\n        return 2 * x\n")
      return "Doubled()"
    }
  }

  @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
  func aCustomLayerIsExportedByItsOwnCode() throws {
    try withFolder { folder in
      let model = try Model(inputShape: .vector(3), layers: [Doubled(), Doubled()])
      for format in [ExportFormat.onnx, .pytorch] {
        try ExportedModel(model, name: "own", meaning: .values).write(format, to: "\(folder)/own.\(format.suffix)")
      }
      try """
      import sys
      import numpy as np, onnxruntime, torch
      sys.path.insert(0, sys.argv[1])
      import own
      x = np.float32([[1, 2, 3]])
      (outputs,) = onnxruntime.InferenceSession(sys.argv[1] + "/own.onnx").run(["outputs"], {"input": x})
      assert np.array_equal(outputs, 4 * x) and np.array_equal(own.load()(torch.from_numpy(x)), 4 * x)
      """.write(toFile: "\(folder)/check.py", atomically: true, encoding: .utf8)
      let result = try PythonEnvironment.run("\(folder)/check.py", [folder], torch: true)
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
  func modulesRefuseSeriesThatAreTooShort() throws {
    try withFolder { folder in
      let input = Shape.sequence(steps: 9, features: 3)
      let convolution = try Conv1d(input: input, outputs: 2, window: .steps(kernel: 4))
      let pooling = try MaxPool(input: convolution.outputShape, window: .steps(kernel: 3, stride: 3))
      let mean = try GlobalAveragePool(input: pooling.outputShape)
      var exported = ExportedModel(
        try Model(inputShape: input, layers: [convolution, pooling, mean]), name: "windows", meaning: .values)
      exported.hasLengths = true
      try exported.write(.pytorch, to: "\(folder)/windows.py")
      try """
      import sys
      import torch
      sys.path.insert(0, sys.argv[1])
      import windows
      def error(*lengths):
          try:
              windows.load()(torch.randn(2, 9, 3), torch.tensor(lengths))
          except ValueError as error:
              return str(error)
      assert error(6, 9) is None
      assert error(9, 5).startswith("sample 1 is too short: MaxPool1d("), error(9, 5)
      assert error(3, 9).startswith("sample 0 is too short: Conv1d(") and "given 3 steps" in error(3, 9), error(3, 9)
      assert error(9, 0) == "lengths must be from 1 to 9, the steps of x, not [9, 0]", error(9, 0)
      assert error(10, 9) == "lengths must be from 1 to 9, the steps of x, not [10, 9]", error(10, 9)
      """.write(toFile: "\(folder)/check.py", atomically: true, encoding: .utf8)
      let result = try PythonEnvironment.run("\(folder)/check.py", [folder], torch: true)
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  /// Names of recipes that collide with other classes or would break the text.
  @Test(arguments: [
    ("temporal-order", "TemporalOrder"), ("lstm", "Lstm"), ("LSTM", "Network"), ("path", "Network"),
    ("sequential", "Network"), ("3-layers", "Network"), (#"a"""b\"#, "AB"), ("", "Network"),
  ])
  func modulesHaveUniqueNames(recipe: String, name: String) throws {
    try withFolder { folder in
      let input = Shape.sequence(steps: 4, features: 3)
      let model = try Model(inputShape: input, layers: [LSTM(input: input, hiddenSize: 2, output: .last)])
      try ExportedModel(model, name: recipe, meaning: .classes).write(.pytorch, to: "\(folder)/network.py")
      let source = try String(contentsOfFile: "\(folder)/network.py", encoding: .utf8)
      #expect(
        source.contains("\nclass \(name)(Sequential):\n") && source.contains("    model = \(name)()\n"), "\(source)")
      #expect(source.components(separatedBy: "class \(name)(").count == 2)
      #expect(source.components(separatedBy: "\"\"\"").count.isMultiple(of: 2) == false && !source.contains("\\"))
    }
  }

  @Test func weightsAreReadBackFromBothFiles() throws {
    try withFolder { folder in
      for network in SmallNetwork.all.prefix(4) {
        let recipe = try network.recipe(samples: "samples.npz")
        let model = try recipe.makeModel(inputShape: Shape(network.shape))
        model.weights.counts = model.weights.counts.map { _ in 1 << 40 }
        for format in [ExportFormat.safetensors, .npz] {
          let path = "\(folder)/weights.\(format.suffix)"
          try ExportedModel(model, name: "small", meaning: .classes).write(format, to: path)
          var other = recipe
          other.seed = 7
          other.model.weights = "\(path)"
          let read = try other.makeModel(inputShape: Shape(network.shape))
          #expect(try read.weights.values.floats.map(\.bitPattern) == model.weights.values.floats.map(\.bitPattern))
          #expect(
            read.weights.bufferValues.floats.map(\.bitPattern) == model.weights.bufferValues.floats.map(\.bitPattern))
          #expect(read.weights.counts == model.weights.counts)
        }
      }
    }
  }
}
