import Collectives
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct DropoutTests {
  /// Runs a model of two dropouts on each rank's samples of a batch of 12; the outputs of all samples in order.
  private func outputs(
    ranks: Int, shards: Int = 6, step: Int = 0, seed: UInt64 = 1, shape: Shape,
    make: (Shape) -> any Layer = { Dropout(input: $0, probability: 0.3) }
  ) throws -> [Float] {
    try (0..<ranks).flatMap { rank -> [Float] in
      let tree = try ReductionTree(shards: shards)
      let program = ShardProgram(try tree.local(rank: rank, of: ranks), shardCount: shards)
      let own = program.divide(batch: 0..<12)
      let model = try Model(
        inputShape: shape, layers: (0..<2).map { _ in make(shape) })
      var plan = ArenaPlan()
      let layers = model.makeProgram(&plan, batch: own.count)
      let input = try FloatBuffer(count: own.count * shape.count)
      input.floats.update(repeating: 1)
      let context = StepContext(
        arena: try Arena(plan), weights: model.weights, gradients: input.base, nodeStride: 0, shards: program,
        tree: tree,
        communicator: SoloCommunicator(), seed: seed)
      context.isTraining = true
      context.step = step
      context.firstSample = own.lowerBound
      let view = try layers.forward(
        TensorView(
          base: input.base, steps: shape.steps, batch: own.count, positions: shape.positions, columns: shape.features,
          stride: shape.features), context)
      return (0..<own.count).flatMap { sample in
        (0..<shape.steps).flatMap { step in
          (0..<shape.positions).flatMap { position in
            (0..<shape.features).map { view.row(step: step, sample: sample, position: position)[$0] }
          }
        }
      }
    }
  }

  @Test(arguments: [
    Shape.vector(70), .sequence(steps: 3, features: 5), .image(height: 3, width: 3, channels: 20),
  ])
  func theMaskIsTheSameOnAnyNumberOfRanksAndShards(shape: Shape) throws {
    let alone = try outputs(ranks: 1, shape: shape)
    for ranks in [2, 3, 5] { #expect(try outputs(ranks: ranks, shape: shape) == alone) }
    #expect(try outputs(ranks: 2, shards: 4, shape: shape) == alone)
    #expect(try outputs(ranks: 1, step: 1, shape: shape) != alone)
    #expect(try outputs(ranks: 1, seed: 2, shape: shape) != alone)
  }

  @Test func theShareOfKeptValuesIsRight() throws {
    let kept = try outputs(ranks: 1, shape: .vector(10000))
    let factor = Float(1 / 0.7) * Float(1 / 0.7)
    #expect(kept.allSatisfy { $0 == 0 || ($0 - factor).magnitude < 1e-6 })
    // Both layers keep a value with 0.7²; were their masks the same, it would be 0.7.
    let share = Double(kept.filter { $0 != 0 }.count) / Double(kept.count)
    #expect((share - 0.49).magnitude < 0.006)
    let second = kept[10000..<20000]
    #expect(Array(kept[..<10000]) != Array(second))
  }

  @Test func numbersAreThoseOfTheGenerator() throws {
    let shape = Shape.vector(100)
    let x = [Float](repeating: 1, count: 200)
    let run = try LayerRun(
      Dropout(input: shape, probability: 0.5), inputShape: shape, inputs: x, parameters: [:], upstream: x, seed: 1 << 40
    )
    for sample in 0..<2 {
      for place in 0..<100 {
        // 64 values use the four words of sixteen blocks, word by word.
        let block = place / 64 * 16 + place % 16
        let words = Philox.block(
          SIMD4(UInt32(block), UInt32(sample), 0, RandomPurpose.dropout.rawValue ^ 1 << 8), key: SIMD2(0, 1 << 8))
        #expect(run.outputs[sample * 100 + place] == (words[place / 16 % 4] >= 1 << 31 ? 2 : 0))
      }
    }
    #expect(run.inputGradient == run.outputs)
  }

  @Test func nothingChangesOutsideTraining() throws {
    var random = TestRandom(1)
    let (x, upstream) = (random.floats(40), random.floats(40))
    let run = try LayerRun(
      Dropout(input: .vector(20), probability: 0.9), inputShape: .vector(20), inputs: x, parameters: [:],
      upstream: upstream, isTraining: false)
    #expect(run.outputs == x)
    #expect(run.inputGradient == upstream)
  }

  @Test func theMaskHasTheSameBitsOnEveryInstructionSet() throws {
    let results = try onEachInstructionSet { try outputs(ranks: 1, shape: .image(height: 3, width: 3, channels: 20)) }
    for result in results { #expect(result.result == results[0].result, "\(result.name) differs") }
  }

  static let sampleLayers: [(name: String, make: @Sendable (Shape) -> any Layer)] = [
    ("channel-dropout", { ChannelDropout(input: $0, probability: 0.3) }),
    ("drop-path", { DropPath(input: $0, probability: 0.3) }),
  ]

  @Test(
    arguments: sampleLayers.map(\.name),
    [Shape.sequence(steps: 3, features: 70), .image(height: 2, width: 3, channels: 20)])
  func channelsAndSamplesAreTheSameOnAnyNumberOfRanks(name: String, shape: Shape) throws {
    let make = try #require(Self.sampleLayers.first { $0.name == name }).make
    let alone = try outputs(ranks: 1, shape: shape, make: make)
    for ranks in [2, 3, 5] { #expect(try outputs(ranks: ranks, shape: shape, make: make) == alone) }
    #expect(try outputs(ranks: 2, shards: 4, shape: shape, make: make) == alone)
    #expect(try outputs(ranks: 1, step: 1, shape: shape, make: make) != alone)
    #expect(try outputs(ranks: 1, seed: 2, shape: shape, make: make) != alone)
    for result in try onEachInstructionSet({ try outputs(ranks: 1, shape: shape, make: make) }) {
      #expect(result.result == alone, "\(result.name)")
    }
    // All pixels or steps of a channel, or all values of a sample, are kept or dropped together.
    for sample in 0..<12 {
      let own = alone[sample * shape.count..<(sample + 1) * shape.count]
      for (place, value) in own.enumerated() {
        #expect(value == own[own.startIndex + (name == "drop-path" ? 0 : place % shape.features)])
      }
    }
  }

  @Test func wordsOfChannelsAndSamplesAreThoseOfTheGenerator() throws {
    let shape = Shape.sequence(steps: 2, features: 70)
    let x = [Float](repeating: 1, count: 3 * shape.count)
    func word(_ sample: Int, _ channel: Int) -> UInt32 {
      let block = channel / 64 * 16 + channel % 16
      return Philox.block(
        SIMD4(UInt32(block), UInt32(sample), 0, RandomPurpose.dropout.rawValue ^ 1 << 8), key: SIMD2(5, 0))[
          channel / 16 % 4]
    }
    for (isWhole, lengths) in [(false, nil), (true, nil), (false, [2, 1, 2] as [Int32]), (true, [2, 1, 2])] {
      let layer: any Layer =
        isWhole ? DropPath(input: shape, probability: 0.5) : ChannelDropout(input: shape, probability: 0.5)
      let run = try LayerRun(
        layer, inputShape: shape, inputs: x, parameters: [:], upstream: x, lengths: lengths, seed: 5)
      for (place, value) in run.outputs.enumerated() {
        let (sample, step) = (place / shape.count, place % shape.count / 70)
        let isKept = word(sample, isWhole ? 0 : place % 70) >= 1 << 31
        #expect(value == (isKept && step < lengths?[sample] ?? 2 ? 2 : 0))
      }
      #expect(run.inputGradient == run.outputs)
      let outside = try LayerRun(
        layer, inputShape: shape, inputs: x, parameters: [:], upstream: x, isTraining: false)
      #expect(outside.outputs == x && outside.inputGradient == x)
    }
  }

  @Test func theShareOfKeptChannelsAndSamplesIsRight() throws {
    var kept = (channels: 0, samples: 0)
    for step in 0..<100 {
      let channels = try outputs(ranks: 1, step: step, shape: .sequence(steps: 1, features: 50)) {
        ChannelDropout(input: $0, probability: 0.3)
      }
      kept.channels += channels.filter { $0 != 0 }.count
      let samples = try outputs(ranks: 1, step: step, shape: .vector(1)) { DropPath(input: $0, probability: 0.3) }
      kept.samples += samples.filter { $0 != 0 }.count
    }
    // Both layers of a model keep a value with 0.7²; four deviations.
    #expect((Double(kept.channels) / 60_000 - 0.49).magnitude < 0.0082)
    #expect((Double(kept.samples) / 1200 - 0.49).magnitude < 0.058)
  }
}
