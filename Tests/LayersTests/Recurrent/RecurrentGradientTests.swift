import Layers
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentGradientTests {
  /// Odd sizes, so that padding and partial tiles occur; lengths include 0.
  @Test(arguments: RecurrentCase.all)
  func agreesWithFiniteDifferences(of kind: RecurrentCase) throws {
    try check(kind, hidden: 19, lengths: nil, shards: 1)
    try check(kind, hidden: 5, lengths: nil, shards: 3)
    try check(kind, hidden: 5, lengths: [3, 0, 4], shards: 2)
    try check(kind, hidden: 5, lengths: [2, 4, 1], shards: 1)
  }

  private func check(_ kind: RecurrentCase, hidden: Int, lengths: [Int32]?, shards: Int) throws {
    let (samples, steps, inputs) = (3, 4, 3)
    var random = TestRandom(UInt64(hidden))
    let shape = Shape.sequence(steps: steps, features: inputs)
    let layer = try kind.cell.layer(shape, hidden: hidden, kind.options)
    let x = random.floats(samples * steps * inputs)
    let parameters = random.floats(layer.valueCount, scale: 0.6)
    let upstream = random.floats(samples * layer.outputShape.count)
    let reference = DoubleRecurrence(kind: kind, steps: steps, inputs: inputs, hidden: hidden, lengths: lengths)
    func outputs(_ point: [Double]) -> [Double] {
      reference.outputs(Array(point[..<x.count]), parameters: Array(point[x.count...]))
    }
    let point = (x + parameters).map(Double.init)
    let names = layer.parameters.map(\.name)
    let run = try LayerRun(
      layer, inputShape: shape, inputs: x, parameters: layer.cut(parameters), upstream: upstream, shards: shards,
      lengths: lengths)
    #expect(relativeDifference(run.outputs, outputs(point)) < 2e-6)

    // All values if there are few, otherwise a sample: each costs two passes through the reference.
    let probed = point.indices.filter { point.count < 400 || $0 % 13 == 0 }
    let wanted = finiteDifferences(at: probed.map { point[$0] }) { values in
      var moved = point
      for (place, value) in zip(probed, values) { moved[place] = value }
      return zip(outputs(moved), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let gradients = run.inputGradient + names.flatMap { run.gradients[$0] ?? [] }
    #expect(relativeDifference(probed.map { gradients[$0] }, wanted) < 4e-6, "hidden \(hidden)")
  }

  /// Sequences of different lengths, packed and unpacked as PyTorch does it.
  @Test(arguments: RecurrentCase.all)
  func agreesWithPyTorch(on kind: RecurrentCase) throws {
    let archive = try reference("recurrent.npz")
    let x = try archive.array("x")
    let shape = Shape.sequence(steps: x.shape[1], features: x.shape[2])
    let layer = try kind.cell.layer(shape, hidden: 6, kind.options)
    let directions = kind.isBidirectional ? "bi" : "uni"
    let names = layer.parameters.map(\.name)
    let run = try LayerRun(
      layer, inputShape: shape, inputs: x.floats(),
      parameters: layer.cut(try archive.array("\(kind.referenceName).parameters").floats()),
      upstream: try archive.array("upstream.\(directions).\(kind.output.rawValue)").floats(), shards: 2,
      lengths: try archive.array("lengths").int32s())
    let wanted = try archive.array("\(kind.referenceName).\(kind.output.rawValue)").doubles()
    let own = run.outputs + run.inputGradient + names.flatMap { run.gradients[$0] ?? [] }
    #expect(relativeDifference(own, wanted) < 1e-6)
    // Padding is exactly zero.
    #expect(zip(own, wanted).allSatisfy { $1 != 0 || $0 == 0 })
  }
}
