import Diagnostics
import Exporting
import Formats
import Foundation
import Importing
import Recipes
import TestSupport
import Tensors
import Testing

/// Damaged files are refused or imported, but never end the program.
@Suite struct DamageTests {
  private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"

  /// Files of small networks that together have most operators.
  private func files() throws -> [[UInt8]] {
    let networks: [(Shape, [String])] = [
      (
        .image(height: 8, width: 7, channels: 3),
        [
          "conv2d: {outputs: 4, kernel: 3, padding: 1, groups: 1}", "batch-norm", "prelu: {parameters: channels}",
          "residual: {body: [{conv2d: {outputs: 4, kernel: 1}}, relu], shortcut: [{conv2d: {outputs: 4, kernel: 1}}]}",
          "branches: {join: concat, paths: [[], [{conv2d: {outputs: 2, kernel: 1}}], [{average-pool: {kernel: 3, stride: 1, padding: 1}}]]}",
          "branches: {join: multiply, paths: [[], [global-average-pool, {linear: 10}, sigmoid]]}",
          "conv-transpose2d: {outputs: 3, kernel: 3, stride: 2}", "upsample: 2",
          "max-pool: {kernel: 3, stride: 2, padding: 1, ceilMode: true}", "dropout: 0.2", "relu6", "flatten",
          "linear: 4",
        ]
      ),
      (
        .sequence(steps: 9, features: 3),
        [
          "conv1d: {outputs: 4, kernel: 3, padding: same}", "silu",
          "lstm: {hiddenSize: 3, output: all, bidirectional: true}",
          "layer-norm", "reverse", "linear: 4", "gru: {hiddenSize: 3, layers: 2}", "linear: 4",
        ]
      ),
    ]
    return try networks.map { shape, layers in
      let text = "model:\n  layers:\n" + layers.map { "    - \($0)\n" }.joined()
      let model = try Recipe.parse(text, file: "tiny.yaml").makeModel(inputShape: shape)
      let path = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString).onnx").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try ExportedModel(model, name: "tiny", meaning: .values).write(.onnx, to: path)
      return try fileBytes(path)
    }
  }

  /// Reads a damaged file. Returns whether it was imported.
  private func reads(_ bytes: [UInt8], isWhole: Bool = false) throws -> Bool {
    do {
      let network = try ImportedNetwork(onnx: bytes, file: "damaged.onnx")
      _ = try Recipe.parse(network.recipe(weights: "damaged.safetensors"), file: "damaged.yaml")
      return true
    } catch let failure as Failure {
      #expect([.data, .configuration].contains(failure.exitCode), "\(failure)")
      if isWhole { Issue.record("\(failure)") }
      return false
    }
  }

  @Test func changedBytesNeverEndTheProgram() throws {
    var random = TestRandom(5)
    for file in try files() {
      #expect(try reads(file, isWhole: true))
      for _ in 0..<(Self.isLong ? 50_000 : 3000) {
        var bytes = file
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<5, using: &random) {
          case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 1: bytes[place] = [0, 1, 2, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
          case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
          case 3: bytes.remove(at: place)
          default: bytes[place] = bytes.randomElement(using: &random) ?? 0
          }
        }
        _ = try reads(bytes)
      }
    }
  }

  @Test func filesThatAreCutShortAreRefused() throws {
    for file in try files() {
      for end in stride(from: 0, to: file.count - 1, by: 37) { _ = try reads(Array(file[..<end])) }
    }
  }

  /// The largest and the smallest numbers wherever a file has whole numbers.
  @Test func extremeNumbersNeverEndTheProgram() throws {
    let extremes: [Int64] = [.max, .min, 0, -1, 1 << 31, 1 << 62, 1 << 20]
    for file in try files() {
      let model = try TinyGraph.model(of: file)
      for node in model.graph.node.indices {
        for attribute in model.graph.node[node].attribute.indices {
          for place in 0..<max(1, model.graph.node[node].attribute[attribute].ints.count) {
            for extreme in extremes {
              var changed = model
              if changed.graph.node[node].attribute[attribute].ints.isEmpty {
                changed.graph.node[node].attribute[attribute].i = extreme
              } else {
                changed.graph.node[node].attribute[attribute].ints[place] = extreme
              }
              _ = try reads(changed.serializedBytes())
            }
          }
        }
      }
      for tensor in model.graph.initializer.indices {
        let count = model.graph.initializer[tensor].rawData.count / 8
        for extreme in extremes {
          for axis in model.graph.initializer[tensor].dims.indices {
            var changed = model
            changed.graph.initializer[tensor].dims[axis] = extreme
            _ = try reads(changed.serializedBytes())
          }
          guard model.graph.initializer[tensor].dataType == 7 else { continue }
          for place in 0..<count {
            var changed = model
            let bytes = withUnsafeBytes(of: extreme.littleEndian) { Data($0) }
            changed.graph.initializer[tensor].rawData.replaceSubrange(place * 8..<place * 8 + 8, with: bytes)
            _ = try reads(changed.serializedBytes())
          }
        }
      }
      for (input, extreme) in [(0, Int64.max), (0, 1 << 30), (0, 1), (0, -1)] {
        for axis in model.graph.input[input].type.tensorType.shape.dim.indices {
          var changed = model
          changed.graph.input[input].type.tensorType.shape.dim[axis].dimValue = extreme
          _ = try reads(changed.serializedBytes())
        }
      }
    }
  }
}
