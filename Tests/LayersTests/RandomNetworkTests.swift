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

/// One training step of a model on raw inputs, whose rows have no padding.
struct NetworkRun {
  let outputs: [Float]
  /// The gradients by name, in PyTorch's layout.
  let gradients: [String: [Float]]

  init(_ model: Model, inputs: [Float], upstream: [Float], shards: Int) throws {
    let shape = model.inputShape
    let samples = inputs.count / shape.count
    let tree = try ReductionTree(shards: shards)
    let program = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: shards)
    _ = program.divide(batch: 0..<samples)
    var plan = ArenaPlan(shards: shards)
    let layers = model.makeProgram(&plan, batch: samples)
    let sums = try FloatBuffer(count: model.valueCount)
    let bufferSums = try FloatBuffer(count: model.weights.bufferValues.count)
    let context = StepContext(
      arena: try Arena(plan), weights: model.weights, gradients: sums.base, nodeStride: model.valueCount,
      shards: program,
      tree: tree, communicator: SoloCommunicator(), seed: 1)
    context.isTraining = true
    context.bufferSums = bufferSums.base
    let padded = try PackedRows(inputs, shape: shape, samples: samples)
    let raw = try FloatBuffer(count: inputs.count)
    let x = TensorView(
      base: raw.base, steps: shape.steps, batch: samples, positions: shape.positions, columns: shape.features,
      stride: shape.features)
    for row in 0..<x.rows {
      for column in 0..<x.columns { x[row, column] = padded.view[row, column] }
    }
    let gradient = try PackedRows(upstream, shape: model.outputShape, samples: samples)
    layers.pack(context)
    outputs = PackedRows.unpack(try layers.forward(x, context))
    _ = try layers.backward(gradient.view, context)
    gradients = Dictionary(
      uniqueKeysWithValues: model.parameters.map {
        ($0.name, $0.toPyTorch(sums.floats[$0.offset..<$0.offset + $0.count]))
      })
  }
}
