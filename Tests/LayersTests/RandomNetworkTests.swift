import Collectives
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Networks whose sizes, windows and chains of layers were drawn at random, against PyTorch's float64
/// (Tests/Reference/make_random_networks.py).
@Suite struct RandomNetworkTests {
  /// A network as the list in JSON has it.
  struct Drawn: Decodable {
    let input: [Int]
    let layers: [DrawnLayer]
  }

  private static func drawn() throws -> [Drawn] {
    let file = referenceFolder.appendingPathComponent("random-networks.json")
    return try JSONDecoder().decode([Drawn].self, from: Data(contentsOf: file))
  }

  @Test(arguments: [1, 3])
  func agreesWithPyTorch(shards: Int) throws {
    let archive = try reference("random-networks.npz")
    for (index, drawn) in try Self.drawn().enumerated() {
      func values(_ key: String) throws -> [Float] { try archive.array("\(index).\(key)").floats() }
      let shape = Shape(drawn.input)
      let model = try Model(inputShape: shape, layers: makeLayers(drawn.layers, input: shape))
      for parameter in model.parameters {
        _ = try model.weights.values(of: parameter).update(
          fromContentsOf: parameter.fromPyTorch(values(parameter.name)))
      }
      // Normalization over shards would differ.
      let run = try NetworkRun(model, inputs: values("x"), upstream: values("grad.y"), shards: shards)
      let place = Comment(rawValue: "network \(index): \(drawn.input), \(drawn.layers.map(\.kind))")
      #expect(relativeDifference(run.outputs, try archive.array("\(index).y").doubles()) < 2e-5, place)
      // Gradients that nearly cancel are compared relative to the largest of the network.
      let wanted = try model.parameters.map { try archive.array("\(index).grad.\($0.name)").doubles() }
      let largest = wanted.joined().map(\.magnitude).max() ?? 0
      for (parameter, wanted) in zip(model.parameters, wanted) {
        let own = try #require(run.gradients[parameter.name])
        let difference = relativeDifference(own + [Float(largest * 0.1)], wanted + [Double(Float(largest * 0.1))])
        #expect(difference < 1e-4, "\(place), gradient of \(parameter.name)")
      }
    }
  }

  @Test func bitsAreTheSameOnEveryInstructionSet() throws {
    let archive = try reference("random-networks.npz")
    let all = try Self.drawn()
    let results = try onEachInstructionSet {
      try all.indices.filter { $0.isMultiple(of: 3) }.map { index -> [UInt32] in
        let shape = Shape(all[index].input)
        let model = try Model(inputShape: shape, layers: makeLayers(all[index].layers, input: shape))
        model.initialize(seed: 1)
        let run = try NetworkRun(
          model, inputs: archive.array("\(index).x").floats(), upstream: archive.array("\(index).grad.y").floats(),
          shards: 3)
        return bits(run.outputs) + model.parameters.flatMap { bits(run.gradients[$0.name] ?? []) }
      }
    }
    for result in results { #expect(result.result == results[0].result, "\(result.name) differs") }
  }
}
