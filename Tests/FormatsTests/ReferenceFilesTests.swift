import Foundation
import Formats
import Testing

/// The files of `Tests/Reference/make_reference.py` have the contents that its description promises.
@Suite struct ReferenceFilesTests {
  private func reference(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Reference/\(name)").path
  }

  @Test("a run's batches are one-hot sequences with their classes", arguments: ["lstm", "rnn"])
  func batches(run: String) throws {
    let archive = try NPZArchive(contentsOf: reference("\(run).npz"))
    let x = try archive.array("x")
    #expect(x.shape == [6400, 20, 8])
    #expect(x.element == .uint8)
    let values = try x.int32s()
    for start in stride(from: 0, to: values.count, by: 8) {
      #expect(values[start..<(start + 8)].sorted() == [0, 0, 0, 0, 0, 0, 0, 1])
    }
    let y = try archive.array("y")
    #expect(y.shape == [6400])
    #expect(Set(try y.int32s()) == [0, 1, 2, 3])
  }

  @Test("a run's weights and losses have PyTorch's names and shapes", arguments: [("lstm", 48), ("rnn", 12)])
  func weights(run: String, rows: Int) throws {
    let losses = try NPYArray(contentsOf: reference("\(run)-losses.npy"))
    #expect(losses.element == .float64)
    #expect(losses.shape == [200])
    #expect(losses.doubles().allSatisfy { (0.1...2).contains($0) })
    let initial = try SafetensorsFile(contentsOf: reference("\(run)-initial.safetensors"))
    let final = try SafetensorsFile(contentsOf: reference("\(run)-final.safetensors"))
    let shapes = [
      "0.weight_ih_l0": [rows, 8], "0.weight_hh_l0": [rows, 12], "0.bias_ih_l0": [rows], "0.bias_hh_l0": [rows],
      "1.weight": [4, 12], "1.bias": [4],
    ]
    for file in [initial, final] {
      #expect(Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.shape) }) == shapes)
    }
    for name in shapes.keys { #expect(initial[name]?.values != final[name]?.values, "\(name) was trained") }
  }

  @Test("the linear layer's recorded output and gradients are those of its definition")
  func linear() throws {
    let archive = try NPZArchive(contentsOf: reference("layers.npz"))
    func values(_ name: String) throws -> [Double] { try archive.array("linear.\(name)").doubles() }
    let (batch, inputs, outputs) = (5, 3, 6)
    let (x, weight, bias, upstream) = (try values("x"), try values("weight"), try values("bias"), try values("grad.y"))
    var y = [Double](repeating: 0, count: batch * outputs)
    var gradX = [Double](repeating: 0, count: batch * inputs)
    var gradWeight = [Double](repeating: 0, count: outputs * inputs)
    for row in 0..<batch {
      for out in 0..<outputs {
        y[row * outputs + out] += bias[out]
        for input in 0..<inputs {
          y[row * outputs + out] += x[row * inputs + input] * weight[out * inputs + input]
          gradX[row * inputs + input] += upstream[row * outputs + out] * weight[out * inputs + input]
          gradWeight[out * inputs + input] += upstream[row * outputs + out] * x[row * inputs + input]
        }
      }
    }
    for (name, expected) in [("y", y), ("grad.x", gradX), ("grad.weight", gradWeight)] {
      for (mine, theirs) in zip(expected, try values(name)) { #expect(abs(mine - theirs) < 1e-13) }
      for (mine, theirs) in zip(expected, try values("float32.\(name)")) { #expect(abs(mine - theirs) < 1e-5) }
    }
  }

  @Test("every layer has its inputs, outputs and gradients", arguments: ["lstm", "rnn-tanh", "rnn-relu", "linear"])
  func layers(name: String) throws {
    let archive = try NPZArchive(contentsOf: reference("layers.npz"))
    let parameters =
      name == "linear" ? ["weight", "bias"] : ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    for part in parameters + ["x", "y"] {
      let value = try archive.array("\(name).\(part)")
      #expect(value.element == (part == "y" ? .float64 : .float32))
      #expect(try archive.array("\(name).grad.\(part)").shape == value.shape)
    }
  }
}
