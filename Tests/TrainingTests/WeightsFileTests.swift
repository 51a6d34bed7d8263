import Diagnostics
import Formats
import Foundation
import Layers
import Tensors
import Testing
import Training

/// Counters in weights files: 64-bit scalars, as PyTorch has them.
@Suite struct WeightsFileTests {
  private func model() throws -> Model {
    let linear = Linear(input: .vector(3), outputs: 4)
    return try Model(inputShape: .vector(3), layers: [linear, BatchNorm(input: linear.outputShape)])
  }

  private func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private let reference = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Reference/batch-norm.safetensors").path

  @Test func stateOfPyTorchIsReadAndWrittenBack() throws {
    let model = try model()
    try model.readWeights(from: reference)
    #expect(model.counters.map(\.name) == ["1.num_batches_tracked"])
    #expect(model.weights.counts == [5])
    try withFile { path in
      try model.writeWeights(to: path, metadata: [:])
      let (theirs, ours) = (try SafetensorsFile(contentsOf: reference), try SafetensorsFile(contentsOf: path))
      #expect(Set(ours.tensors.map(\.name)) == Set(theirs.tensors.map(\.name)))
      for tensor in theirs.tensors {
        #expect(ours[tensor.name]?.values == tensor.values)
        #expect(ours[tensor.name]?.shape == tensor.shape)
      }
      #expect(ours.integers.map(\.name) == ["1.num_batches_tracked"])
      #expect(ours.integers.map(\.shape) == [[]])
      #expect(ours.integers.map(\.values) == [[5]])
    }
  }

  @Test func aCounterThatTheFileLacksStartsAtZero() throws {
    var file = try SafetensorsFile(contentsOf: reference)
    file.integers = []
    try withFile { path in
      try file.write(to: path)
      let model = try model()
      model.weights.counts = [7]
      try model.readWeights(from: path)
      #expect(model.weights.counts == [0])
    }
  }

  @Test func impossibleCountersAreRefused() throws {
    func expectFailure(_ words: String, _ change: (inout SafetensorsFile) -> Void) throws {
      var file = try SafetensorsFile(contentsOf: reference)
      change(&file)
      try withFile { path in
        try file.write(to: path)
        do {
          try model().readWeights(from: path)
          Issue.record("\(words): was read")
        } catch let failure as Failure {
          #expect(failure.exitCode == .data)
          #expect(failure.message.contains(path) && failure.message.contains(words), "\(failure.message)")
        }
      }
    }
    try expectFailure("\"1.num_batches_tracked\" has the shape [1]") { $0.integers[0].shape = [1] }
    try expectFailure("\"1.num_batches_tracked\" is -1") { $0.integers[0].values = [-1] }
    try expectFailure("\"1.num_batches_tracked\" has a floating-point type") {
      $0.integers = []
      $0.tensors.append(("1.num_batches_tracked", [], [5]))
    }
    try expectFailure("no parameter \"epoch\"") { $0.integers.append(("epoch", [], [5])) }
    try expectFailure("\"1.running_mean\" has the type I64") {
      $0.tensors.removeAll { $0.name == "1.running_mean" }
      $0.integers.append(("1.running_mean", [4], [1, 2, 3, 4]))
    }
  }
}
