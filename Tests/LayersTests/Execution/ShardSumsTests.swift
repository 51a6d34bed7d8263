import Collectives
import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite struct ShardSumsTests {
  /// Values written shard by shard are added in the tree, for any range of shards on a rank. Values between the parameters
  /// do not change.
  @Test(arguments: 1...9)
  func addsShardsInTheTree(shardCount: Int) throws {
    var random = TestRandom(UInt64(shardCount))
    let layer = Linear(input: .vector(3), outputs: 5)
    let model = try Model(inputShape: .vector(3), layers: [layer])
    let values = (0..<shardCount).map { _ in random.floats(model.valueCount) }
    let tree = try ReductionTree(shards: shardCount)
    func sum(_ node: Range<Int>) -> [Float] {
      guard node.count > 1 else { return values[node.lowerBound] }
      let middle = node.lowerBound + ReductionTree.leftCount(of: node.count)
      return zip(sum(node.lowerBound..<middle), sum(middle..<node.upperBound)).map { $0 + $1 }
    }
    for ranks in 1...shardCount {
      for rank in 0..<ranks {
        let program = ShardProgram(try tree.local(rank: rank, of: ranks), shardCount: shardCount)
        _ = program.divide(batch: 0..<2 * shardCount)
        var plan = ArenaPlan(shards: program.reduction.shards.count)
        let sums = ShardSums(layer.parameters, &plan, bytes: 1 << 26)
        let nodes = program.reduction.nodes
        let gradients = try FloatBuffer(count: nodes.count * model.valueCount)
        let context = StepContext(
          arena: try Arena(plan), weights: model.weights, gradients: gradients.base, nodeStride: model.valueCount,
          shards: program, tree: tree, communicator: SoloCommunicator(), seed: 1)
        var samples: [Range<Int>] = []
        let view = TensorView(base: gradients.base, batch: program.batch, columns: 1, stride: 16)
        sums.add(over: view, context) { _, own, target in
          let shard = program.reduction.shards.lowerBound + samples.count
          samples.append(own)
          for parameter in layer.parameters {
            let written = values[shard][parameter.offset..<parameter.offset + parameter.count]
            _ = UnsafeMutableBufferPointer(start: target[parameter], count: parameter.count)
              .update(fromContentsOf: written)
          }
        }
        #expect(samples == (0..<program.reduction.shards.count).map { 2 * $0..<2 * $0 + 2 })
        for (index, node) in nodes.enumerated() {
          var wanted = [Float](repeating: 0, count: model.valueCount)
          for segment in model.segments { wanted.replaceSubrange(segment, with: sum(node)[segment]) }
          let start = index * model.valueCount
          #expect(Array(gradients.floats[start..<start + model.valueCount]) == wanted, "rank \(rank) of \(ranks)")
        }
      }
    }
  }

  /// Recurrent layers whose gates exceed the caches give the bits of single shards, added in the tree.
  @Test(arguments: TestCell.allCases)
  func largeRecurrentLayersAreTheSumOfTheirShards(cell: TestCell) throws {
    let (steps, inputs, hidden, samples, shards) = (40, 3, 64, 120, 5)
    let shape = Shape.sequence(steps: steps, features: inputs)
    let layer = try cell.layer(shape, hidden: hidden)
    var random = TestRandom(5)
    let x = random.floats(samples * shape.count)
    let upstream = random.floats(samples * layer.outputShape.count)
    let parameters = random.floats(layer.valueCount, scale: 0.1)
    let lengths = (0..<samples).map { Int32($0 % 7 == 0 ? steps / 2 : steps) }
    func run(_ part: Range<Int>, shards: Int) throws -> LayerRun {
      let layer = try cell.layer(shape, hidden: hidden)
      func own(_ values: [Float]) -> [Float] {
        let width = values.count / samples
        return Array(values[part.lowerBound * width..<part.upperBound * width])
      }
      return try LayerRun(
        layer, inputShape: shape, inputs: own(x), parameters: layer.cut(parameters), upstream: own(upstream),
        shards: shards, lengths: Array(lengths[part]))
    }
    let parts = try (0..<shards).map { shard in
      try run(shard * samples / shards..<(shard + 1) * samples / shards, shards: 1)
    }
    let whole = try run(0..<samples, shards: shards)
    #expect(bits(whole.inputGradient) == bits(parts.flatMap(\.inputGradient)))
    func sum(_ node: Range<Int>, _ name: String) -> [Float] {
      guard node.count > 1 else { return parts[node.lowerBound].gradients[name] ?? [] }
      let middle = node.lowerBound + ReductionTree.leftCount(of: node.count)
      return zip(sum(node.lowerBound..<middle, name), sum(middle..<node.upperBound, name)).map { $0 + $1 }
    }
    for (name, gradient) in whole.gradients {
      #expect(bits(gradient) == bits(sum(0..<shards, name)), "\(name)")
    }
  }
}
