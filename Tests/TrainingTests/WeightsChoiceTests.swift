import Diagnostics
import Formats
import Foundation
import Layers
import Tensors
import Testing

@testable import Training

/// Which tensors of a file a model takes: by name or order, with a prefix, with exceptions.
@Suite struct WeightsChoiceTests {
  private typealias Tensor = SafetensorsFile.Tensor

  private func model(_ outputs: Int = 2) throws -> Model {
    let linear = Linear(input: .vector(3), outputs: outputs)
    let model = try Model(inputShape: .vector(3), layers: [linear, BatchNorm(input: linear.outputShape)])
    model.initialize(seed: 3)
    return model
  }

  /// A file that PyTorch wrote of this model, by `FormatsTests/Fixtures/make_pytorch.py`.
  private func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("FormatsTests/Fixtures/\(name)").path
  }

  private let tensors: [Tensor] = [
    ("0.weight", [2, 3], [0, 0.25, 0.5, 0.75, 1, 1.25]), ("0.bias", [2], [1, 1.25]), ("1.weight", [2], [2, 2.25]),
    ("1.bias", [2], [3, 3.25]), ("1.running_mean", [2], [5, 6]), ("1.running_var", [2], [1, 1]),
  ]

  /// Calls `body` with the path of an archive of the tensors, all names changed.
  private func withArchive(
    _ tensors: [Tensor]? = nil, _ rename: (String) -> String = { $0 }, body: (String) throws -> Void
  ) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafetensorsFile(tensors: (tensors ?? self.tensors).map { (rename($0.name), $0.shape, $0.values) })
      .writeArchive(to: path)
    try body(path)
  }

  private func expectFailure(_ message: String, _ advice: String = "", _ body: () throws -> Void) {
    do {
      try body()
      Issue.record("\(message): was read")
    } catch let failure as Failure {
      #expect(failure.message.contains(message), "\(failure)")
      #expect(advice.isEmpty || failure.advice?.contains(advice) == true, "\(failure)")
    } catch {
      Issue.record("\(error)")
    }
  }

  /// The values of a parameter or buffer.
  private func values(_ model: Model, _ name: String) throws -> [Float] {
    let parameter = try #require((model.parameters + model.buffers).first { $0.name == name })
    return parameter.toPyTorch(try model.weights.values(of: parameter))
  }

  private func expectAll(_ model: Model, count: Int64) throws {
    for tensor in tensors { #expect(try values(model, tensor.name) == tensor.values, "\(tensor.name)") }
    #expect(model.weights.counts == [count])
  }

  @Test(arguments: [WeightsSource.Match.name, .order])
  func aStateDictOfPyTorchIsRead(match: WeightsSource.Match) throws {
    let model = try model()
    let loaded = try model.readWeights(WeightsSource(file: fixture("state-dict.pt"), match: match))
    try expectAll(model, count: 7)
    #expect(loaded.loaded.count == 7 && loaded.drawn.isEmpty && loaded.left.isEmpty)
    #expect(loaded.rows[1] == ["loaded", "7 of 7 tensors, by \(match)"])
  }

  @Test(arguments: ["state_dict.module", "state_dict.module."])
  func aCheckpointNeedsAPrefix(prefix: String) throws {
    let model = try model()
    let file = fixture("checkpoint2.pt")
    expectFailure(
      "there is no tensor \"0.weight\"",
      "its names begin with \"state_dict.module.\": write model.weights.prefix=state_dict.module."
    ) { try model.readWeights(from: file) }
    let loaded = try model.readWeights(WeightsSource(file: file, prefix: prefix))
    try expectAll(model, count: 7)
    #expect(loaded.left.count == 13 && loaded.left.first?.name == "optimizer.state.0.step")
    #expect(loaded.rows.last?.last?.hasSuffix(", … (13 tensors)") == true)
    expectFailure("begins with \"state_dict.modul.\"") {
      try model.readWeights(WeightsSource(file: file, prefix: "state_dict.modul"))
    }
    expectFailure("begins with \"state_dic.\"", "did you mean state_dict?") {
      try model.readWeights(WeightsSource(file: file, prefix: "state_dic"))
    }
    // The optimizer's state is not the model's.
    expectFailure("there is no tensor \"optimizer.0.weight\"", "state_dict.module.") {
      try model.readWeights(WeightsSource(file: file, prefix: "optimizer"))
    }
  }

  @Test func tensorsOfOtherNamesAreTakenInOrder() throws {
    try withArchive {
      "layer." + $0.replacing("1.", with: "bn.")
    } body: { path in
      let model = try model()
      expectFailure("there is no tensor \"0.weight\"", "write model.weights.match=order") {
        try model.readWeights(from: path)
      }
      model.weights.counts = [3]
      try model.readWeights(WeightsSource(file: path, match: .order))
      try expectAll(model, count: 0)
    }
    try withArchive([tensors[1], tensors[0]] + tensors[2...]) { path in
      expectFailure(
        "tensor \"0.bias\" has the shape [2]; it is number 1 of the file, and \"0.weight\" number 1 of the model",
        "the model needs [2, 3]; to draw it anew, write model.weights.except=[0.weight]"
      ) { try model().readWeights(WeightsSource(file: path, match: .order)) }
    }
  }

  @Test func exceptedTensorsAreDrawnAnew() throws {
    let file = fixture("state-dict.pt")
    for match in [WeightsSource.Match.name, .order] {
      let (model, drawn) = (try model(), try model())
      let loaded = try model.readWeights(WeightsSource(file: file, match: match, except: ["0.*", "?.running_mean"]))
      for name in ["0.weight", "0.bias", "1.running_mean"] {
        #expect(try values(model, name) == values(drawn, name))
      }
      #expect(try values(model, "1.weight") == [2, 2.25])
      #expect(loaded.drawn.map(\.name) == ["0.weight", "0.bias", "1.running_mean"])
      #expect(loaded.left.map(\.name) == ["0.weight", "0.bias", "1.running_mean"])
      #expect(loaded.rows[2] == ["drawn anew", "0.weight [2, 3], 0.bias [2], 1.running_mean [2]"])
      #expect(model.weights.counts == [7])
    }
    // Another size, and tensors that the file lacks.
    let wide = try model(5)
    expectFailure(
      "\"0.weight\" has the shape [2, 3]",
      "the model needs [5, 3]; to draw it anew, write model.weights.except=[0.weight]"
    ) {
      try wide.readWeights(from: file)
    }
    #expect(throws: Never.self) { try wide.readWeights(WeightsSource(file: file, match: .order, except: ["*"])) }
    try withArchive(Array(tensors.dropLast(2))) { path in
      #expect(throws: Never.self) { try model().readWeights(WeightsSource(file: path, except: ["1.running_*"])) }
      #expect(throws: Never.self) {
        try model().readWeights(WeightsSource(file: path, match: .order, except: ["1.running_*"]))
      }
    }
  }

  @Test func tensorsOfOthersAreRefusedUnlessExcepted() throws {
    try withArchive(tensors + [("optimizer.0.step", [], [1]), ("optimizer.1.step", [], [1])]) { path in
      expectFailure(
        "the model has no parameter \"optimizer.0.step\"", "write model.weights.except=[\"optimizer.*\"]"
      ) { try model().readWeights(from: path) }
      let loaded = try model().readWeights(WeightsSource(file: path, except: ["optimizer.*"]))
      #expect(loaded.loaded.count == 6 && loaded.left.count == 2)
      expectFailure("no parameter for \"optimizer.0.step\", number 7 of the file") {
        try model().readWeights(WeightsSource(file: path, match: .order))
      }
    }
    expectFailure("model.weights.except: no tensor's name fits \"fc.*\"", "the model has 0.weight, 0.bias") {
      try model().readWeights(WeightsSource(file: fixture("state-dict.pt"), except: ["0.bias", "fc.*"]))
    }
  }

  @Test func theOrderIsThatOfPyTorchsStateDict() throws {
    func norm() -> BatchNorm { BatchNorm(input: .vector(3)) }
    let layers: [any Layer] = [
      try Residual(input: .vector(3), body: [Linear(input: .vector(3), outputs: 3), norm()], shortcut: [norm()]),
      norm(),
    ]
    let model = try Model(inputShape: .vector(3), layers: layers)
    let norms = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    #expect(
      model.stateTensors.map(\.name)
        == ["0.body.0.weight", "0.body.0.bias"] + norms.map { "0.body.1." + $0 } + norms.map { "0.shortcut.0." + $0 }
        + norms.map { "1." + $0 })
  }

  @Test func patternsHaveStarsAndQuestionMarks() {
    for (pattern, name) in [
      ("fc.*", "fc.weight"), ("*", ""), ("*", "a.b"), ("*.bias", "1.body.0.bias"), ("?.weight", "0.weight"),
      ("a*b*c", "a-bb-b-c"),
      ("**", "x"), ("fc.weight", "fc.weight"), ("*é?", "éé✓"), ("fc", "fc.weight"), ("layer?", "layer1.0.conv1.weight"),
      ("layer1.0", "layer1.0.bn1.bias"),
    ] { #expect(NamePattern(pattern).covers(name), "\(pattern) \(name)") }
    for (pattern, name) in [
      ("fc.*", "fc"), ("fc", "fc2.weight"), ("c", "fc.weight"), ("?", ""), ("?.weight", "10.weight"), ("a*b", "abc"),
      ("[0].*", "0.x"), ("1", "10.weight"),
      ("", "a"),
    ] { #expect(!NamePattern(pattern).covers(name), "\(pattern) \(name)") }
    let slow = NamePattern(String(repeating: "*a", count: 100))
    #expect(!slow.covers(String(repeating: "a", count: 5000) + "b"))
  }
}
