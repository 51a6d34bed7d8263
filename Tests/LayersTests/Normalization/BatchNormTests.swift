import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct BatchNormTests {
  /// Three batches, the last one smaller, and an evaluation; over shards PyTorch's layer runs on each chunk
  /// (Tests/Reference/make_batch_norm_reference.py).
  @Test(arguments: [("vectors", 1), ("vectors", 3), ("images-mean", 2), ("images-shards", 3), ("sequences-shards", 2)])
  func agreesWithPyTorchOverSeveralBatches(name: String, shards: Int) throws {
    let archive = try reference("batch-norm.npz")
    func values(_ key: String) throws -> [Float] { try archive.array("\(name).\(key)").floats() }
    let momentum = Double(try values("momentum")[0])
    let shape = Shape(Array(try archive.array("\(name).x.0").shape.dropFirst()))
    let parameters = ["weight": try values("weight"), "bias": try values("bias")]
    func layer() -> BatchNorm {
      BatchNorm(
        input: shape, momentum: momentum < 0 ? nil : momentum, statistics: name.hasSuffix("shards") ? .shard : .batch)
    }
    var buffers: [String: [Float]] = [:]
    for batch in 0..<3 {
      let run = try LayerRun(
        layer(), inputShape: shape, inputs: values("x.\(batch)"), parameters: parameters,
        upstream: values("grad.y.\(batch)"), shards: shards, buffers: buffers, counters: [Int64(batch)])
      let results = [
        "y": run.outputs, "grad.x": run.inputGradient, "grad.weight": run.gradients["weight"],
        "grad.bias": run.gradients["bias"], "running_mean": run.buffers["running_mean"],
        "running_var": run.buffers["running_var"],
      ]
      for (key, result) in results {
        let difference = relativeDifference(try #require(result), try values("\(key).\(batch)").map(Double.init))
        #expect(difference < 3e-6, "batch \(batch), \(key)")
      }
      #expect(run.counters == ["num_batches_tracked": Int64(batch) + 1])
      buffers = run.buffers
    }
    let run = try LayerRun(
      layer(), inputShape: shape, inputs: values("x.0"), parameters: parameters, upstream: values("grad.y.0"),
      shards: shards, isTraining: false, buffers: buffers, withBackward: false)
    #expect(relativeDifference(run.outputs, try values("eval").map(Double.init)) < 2e-6)
    #expect(run.buffers == buffers)
    #expect(run.counters == ["num_batches_tracked": 0], "evaluation counts nothing")
  }

  /// y and ℓ = Σ g·y of one chunk of samples in double precision.
  private func loss(_ x: [Double], _ parameters: [Double], _ upstream: [Float], samples: Range<Int>, shape: Shape)
    -> Double
  {
    let channels = shape.features
    let rows = samples.lowerBound * shape.count / channels..<samples.upperBound * shape.count / channels
    return (0..<channels).reduce(0.0) { total, channel in
      let mean = rows.reduce(0) { $0 + x[$1 * channels + channel] } / Double(rows.count)
      let variance = rows.reduce(0) { $0 + pow(x[$1 * channels + channel] - mean, 2) } / Double(rows.count)
      return total
        + rows.reduce(0) { sum, row in
          let normal = (x[row * channels + channel] - mean) / (variance + 1e-5).squareRoot()
          return sum + Double(upstream[row * channels + channel])
            * (normal * parameters[channel] + parameters[channels + channel])
        }
    }
  }

  @Test(arguments: BatchNorm.Statistics.allCases, [Shape.vector(3), .sequence(steps: 4, features: 17)])
  func gradientsAreThoseOfFiniteDifferences(statistics: BatchNorm.Statistics, shape: Shape) throws {
    var random = TestRandom(4)
    let (samples, shards) = (11, 4)
    let x = random.floats(samples * shape.count)
    let upstream = random.floats(samples * shape.count)
    let parameters = random.floats(2 * shape.features)
    let run = try LayerRun(
      BatchNorm(input: shape, statistics: statistics), inputShape: shape, inputs: x,
      parameters: [
        "weight": Array(parameters.prefix(shape.features)), "bias": Array(parameters.suffix(shape.features)),
      ], upstream: upstream, shards: shards)
    let bounds = (0...shards).map { $0 * samples / shards }
    let chunks = statistics == .batch ? [0..<samples] : zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    func total(_ x: [Double], _ parameters: [Double]) -> Double {
      chunks.reduce(0) { $0 + loss(x, parameters, upstream, samples: $1, shape: shape) }
    }
    let (inputs, weights) = (x.map(Double.init), parameters.map(Double.init))
    let wanted = finiteDifferences(at: inputs) { total($0, weights) }
    #expect(relativeDifference(run.inputGradient, wanted) < 1e-5)
    let wantedWeights = finiteDifferences(at: weights) { total(inputs, $0) }
    let gradients = (run.gradients["weight"] ?? []) + (run.gradients["bias"] ?? [])
    #expect(relativeDifference(gradients, wantedWeights) < 1e-5)
  }

  @Test(arguments: BatchNorm.Statistics.allCases, [false, true])
  func withoutWeightsTheyAreOnesAndZeros(statistics: BatchNorm.Statistics, isTraining: Bool) throws {
    var random = TestRandom(12)
    let shape = Shape.image(height: 3, width: 4, channels: 19)
    let (x, upstream) = (random.floats(8 * shape.count), random.floats(8 * shape.count))
    let buffers = ["running_mean": random.floats(19), "running_var": random.floats(19).map { 1 + $0 / 2 }]
    let runs = try [true, false].map { affine in
      try LayerRun(
        BatchNorm(input: shape, statistics: statistics, affine: affine), inputShape: shape, inputs: x,
        parameters: affine ? ["weight": Array(repeating: 1, count: 19), "bias": Array(repeating: 0, count: 19)] : [:],
        upstream: upstream, shards: 3, isTraining: isTraining, buffers: buffers, withBackward: isTraining)
    }
    #expect(bits(runs[0].outputs) == bits(runs[1].outputs))
    #expect(bits(runs[0].inputGradient) == bits(runs[1].inputGradient))
    #expect(runs[0].buffers == runs[1].buffers && runs[1].gradients.isEmpty)
  }

  @Test func bitsAreTheSameOnEveryInstructionSet() throws {
    var random = TestRandom(5)
    let shape = Shape.image(height: 5, width: 4, channels: 19)
    let (x, upstream) = (random.floats(9 * shape.count), random.floats(9 * shape.count))
    let parameters = ["weight": random.floats(19), "bias": random.floats(19)]
    let runs = try onEachInstructionSet {
      try LayerRun(
        BatchNorm(input: shape, statistics: .shard), inputShape: shape, inputs: x, parameters: parameters,
        upstream: upstream, shards: 4)
    }
    for (name, run) in runs {
      #expect(bits(run.outputs) == bits(runs[0].result.outputs), "\(name)")
      #expect(bits(run.inputGradient) == bits(runs[0].result.inputGradient), "\(name)")
      #expect(run.gradients == runs[0].result.gradients, "\(name)")
      #expect(run.buffers == runs[0].result.buffers, "\(name)")
    }
  }

  /// Rounding errors would grow by up to 1/√ε, and without limit in optimizers that divide by the gradient's norm.
  @Test(arguments: BatchNorm.Statistics.allCases, [2, 4])
  func equalSamplesWithEqualGradientsGetExactZeros(statistics: BatchNorm.Statistics, samples: Int) throws {
    var random = TestRandom(7)
    let shape = Shape.vector(33)
    let (x, upstream) = (random.floats(33), random.floats(33))
    let run = try LayerRun(
      BatchNorm(input: shape, statistics: statistics), inputShape: shape,
      inputs: Array(repeatElement(x, count: samples).joined()),
      parameters: ["weight": random.floats(33), "bias": random.floats(33)],
      upstream: Array(repeatElement(upstream, count: samples).joined()), shards: 1)
    #expect(run.inputGradient.allSatisfy { $0 == 0 })
  }

  @Test func shardsWithoutSamplesChangeNothing() throws {
    var random = TestRandom(6)
    let shape = Shape.image(height: 3, width: 3, channels: 4)
    let (x, upstream) = (random.floats(3 * shape.count), random.floats(3 * shape.count))
    let parameters = ["weight": random.floats(4), "bias": random.floats(4)]
    func run(shards: Int) throws -> LayerRun {
      try LayerRun(
        BatchNorm(input: shape, statistics: .shard), inputShape: shape, inputs: x, parameters: parameters,
        upstream: upstream, shards: shards)
    }
    // Three samples are one a shard in three shards as in eight.
    let (three, eight) = (try run(shards: 3), try run(shards: 8))
    #expect(eight.outputs == three.outputs)
    #expect(eight.inputGradient == three.inputGradient)
    for key in ["running_mean", "running_var"] {
      let wanted = try #require(three.buffers[key]).map(Double.init)
      #expect(relativeDifference(try #require(eight.buffers[key]), wanted) < 1e-6)
    }
  }

  /// y, ∂ℓ/∂x and the two running values in double precision, the statistics over chunks of samples.
  private func normalization(_ x: [Double], _ upstream: [Double], weight: [Double], shape: Shape, chunks: [Range<Int>])
    -> (y: [Double], gradient: [Double], mean: [Double], variance: [Double])
  {
    let channels = shape.features
    let (rowsPerSample, rowCount) = (shape.count / channels, x.count / channels)
    var (y, gradient) = (x, x)
    var (means, variances) = ([Double](), [Double]())
    for channel in 0..<channels {
      var (sum, squares) = (0.0, 0.0)
      for chunk in chunks where !chunk.isEmpty {
        let places = (chunk.lowerBound * rowsPerSample..<chunk.upperBound * rowsPerSample).map {
          $0 * channels + channel
        }
        let count = Double(places.count)
        let mean = places.reduce(0) { $0 + x[$1] } / count
        let own = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) }
        let inverse = 1 / (own / count + 1e-5).squareRoot()
        let slope = places.reduce(0) { $0 + upstream[$1] * (x[$1] - mean) } * inverse / count
        let level = places.reduce(0) { $0 + upstream[$1] } / count
        for place in places {
          let normal = (x[place] - mean) * inverse
          y[place] = normal * weight[channel]
          gradient[place] = weight[channel] * inverse * (upstream[place] - level - normal * slope)
        }
        sum += mean * count
        squares += own
      }
      let groups = chunks.filter { !$0.isEmpty }.count
      means.append(0.1 * sum / Double(rowCount))
      variances.append(0.9 + 0.1 * squares / Double(rowCount - groups))
    }
    return (y, gradient, means, variances)
  }

  /// A first step on raw numbers, such as years or pascals, only loses the rounding of the mean to float32.
  @Test(arguments: BatchNorm.Statistics.allCases, [0, -30, 1000, 100_000])
  func meansFarFromZeroLoseNothing(statistics: BatchNorm.Statistics, distance: Float) throws {
    var random = TestRandom(UInt64(distance.magnitude) + 1)
    for shards in [1, 2, 5] {
      let channels = Int.random(in: 1...40, using: &random)
      let shape =
        [
          Shape.vector(channels), .sequence(steps: Int.random(in: 2...9, using: &random), features: channels),
          .image(height: 3, width: Int.random(in: 1...8, using: &random), channels: channels),
        ].randomElement(using: &random) ?? .vector(channels)
      let samples = shards * Int.random(in: 4...12, using: &random) + 1
      let x = random.floats(samples * shape.count, scale: 1.7).map { $0 + distance }
      let (upstream, weight) = (random.floats(x.count), random.floats(channels))
      let run = try LayerRun(
        BatchNorm(input: shape, statistics: statistics), inputShape: shape, inputs: x,
        parameters: ["weight": weight, "bias": Array(repeating: 0, count: channels)], upstream: upstream, shards: shards
      )
      let bounds = (0...shards).map { $0 * samples / shards }
      let chunks = statistics == .batch ? [0..<samples] : zip(bounds, bounds.dropFirst()).map { $0..<$1 }
      let wanted = normalization(
        x.map(Double.init), upstream.map(Double.init), weight: weight.map(Double.init), shape: shape, chunks: chunks)
      let limit = 3e-6 + Double(distance.ulp)
      let place = Comment(rawValue: "\(shape), \(samples) samples in \(shards) shards")
      #expect(relativeDifference(run.outputs, wanted.y) < limit, place)
      #expect(relativeDifference(run.inputGradient, wanted.gradient) < 2 * limit, place)
      #expect(relativeDifference(run.buffers["running_mean"] ?? [], wanted.mean) < 1e-6, place)
      #expect(relativeDifference(run.buffers["running_var"] ?? [], wanted.variance) < 2e-6, place)
    }
  }

  /// Raw inputs, whose rows are not padded, for few samples and for many: each plan has its own memory, and one layer works
  /// in all of them at once.
  @Test(arguments: BatchNorm.Statistics.allCases)
  func oneLayerServesSeveralPlansAtOnce(statistics: BatchNorm.Statistics) throws {
    let shape = Shape.image(height: 3, width: 3, channels: 5)
    var random = TestRandom(8)
    let values = random.floats(4000 * shape.count)
    let sizes = [(2, 1), (4000, 8), (11, 3)]
    let layer = BatchNorm(input: shape, statistics: statistics)
    let shared = try sizes.map { try LoneLayer(layer, input: shape, samples: $0, shards: $1, seed: 1) }
    let inputs = try sizes.map { samples, _ in try raw(values, shape: shape, samples: samples) }
    for lone in shared { lone.model.initialize(seed: 1) }
    let outputs = try zip(shared, inputs).map { lone, input in
      PackedRows.unpack(try lone.program.forward(input.rows, lone.context))
    }
    for (index, (samples, shards)) in sizes.enumerated() {
      let gradient = Array(values.prefix(samples * shape.count))
      let alone = try LoneLayer(
        BatchNorm(input: shape, statistics: statistics), input: shape, samples: samples, shards: shards, seed: 1)
      alone.model.initialize(seed: 1)
      let wanted = PackedRows.unpack(try alone.program.forward(inputs[index].rows, alone.context))
      func inputGradient(_ lone: LoneLayer) throws -> [Float] {
        let upstream = try PackedRows(gradient, shape: shape, samples: samples)
        return try lone.program.backward(upstream.view, lone.context).map(PackedRows.unpack) ?? []
      }
      let place = Comment(rawValue: "\(samples) samples in \(shards) shards")
      #expect(bits(outputs[index]) == bits(wanted), place)
      #expect(try bits(inputGradient(shared[index])) == bits(inputGradient(alone)), place)
    }
  }

  /// Rows without padding, and the owner of their memory.
  private func raw(_ values: [Float], shape: Shape, samples: Int) throws -> (memory: FloatBuffer, rows: TensorView) {
    let memory = try FloatBuffer(count: samples * shape.count)
    memory.base.update(from: values, count: memory.count)
    let rows = TensorView(
      base: memory.base, batch: samples, positions: shape.positions, columns: shape.features, stride: shape.features)
    return (memory, rows)
  }
}
