import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Group and instance normalization, whose statistics are those of one sample.
@Suite struct GroupNormTests {
  static let shapes = [
    Shape.vector(12), .sequence(steps: 5, features: 18), .sequence(steps: 150, features: 6),
    .image(height: 3, width: 4, channels: 6), .image(height: 9, width: 9, channels: 36),
  ]

  /// y of all samples in double precision.
  private func outputs(
    _ x: [Double], _ parameters: [Double], shape: Shape, groups: Int, lengths: [Int]? = nil
  ) -> [Double] {
    let channels = shape.features, width = channels / groups
    let rows = shape.count / channels
    var y = [Double](repeating: 0, count: x.count)
    for sample in 0..<x.count / shape.count {
      for group in 0..<groups {
        let places = (0..<(lengths?[sample] ?? rows)).flatMap { row in
          (group * width..<(group + 1) * width).map { (sample * rows + row) * channels + $0 }
        }
        let mean = places.reduce(0) { $0 + x[$1] } / Double(places.count)
        let variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / Double(places.count)
        for place in places {
          let normal = (x[place] - mean) / (variance + 1e-5).squareRoot()
          y[place] = normal * parameters[place % channels] + parameters[channels + place % channels]
        }
      }
    }
    return y
  }

  private func run(
    _ x: [Float], _ parameters: [Float], _ upstream: [Float], shape: Shape, groups: Int, shards: Int = 1,
    lengths: [Int32]? = nil
  ) throws -> LayerRun {
    let channels = shape.features
    return try LayerRun(
      GroupNorm(input: shape, groups: groups), inputShape: shape, inputs: x,
      parameters: ["weight": Array(parameters.prefix(channels)), "bias": Array(parameters.suffix(channels))],
      upstream: upstream, shards: shards, lengths: lengths)
  }

  @Test(arguments: shapes, [1, 2, 3])
  func gradientsAreThoseOfFiniteDifferences(shape: Shape, groups: Int) throws {
    var random = TestRandom(4)
    // The differences of a large image would take long.
    let samples = shape.count > 1000 ? 1 : 5
    guard shape.count < 2000 || groups == 3 else { return }
    let (x, upstream) = (random.floats(samples * shape.count, scale: 2), random.floats(samples * shape.count))
    let parameters = random.floats(2 * shape.features)
    let (inputs, weights) = (x.map(Double.init), parameters.map(Double.init))
    func total(_ x: [Double], _ parameters: [Double]) -> Double {
      zip(outputs(x, parameters, shape: shape, groups: groups), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let wantedWeights = finiteDifferences(at: weights) { total(inputs, $0) }
    // A value only moves its own sample, so few are enough.
    let wanted = shape.count > 1000 ? nil : finiteDifferences(at: inputs) { total($0, weights) }
    for shards in [1, 3] {
      let run = try run(x, parameters, upstream, shape: shape, groups: groups, shards: shards)
      #expect(relativeDifference(run.outputs, outputs(inputs, weights, shape: shape, groups: groups)) < 2e-6)
      if let wanted { #expect(relativeDifference(run.inputGradient, wanted) < 1e-5) }
      let gradients = (run.gradients["weight"] ?? []) + (run.gradients["bias"] ?? [])
      #expect(relativeDifference(gradients, wantedWeights) < 1e-5)
    }
  }

  @Test(arguments: [Shape.sequence(steps: 7, features: 20), .image(height: 4, width: 5, channels: 33)], [false, true])
  func instancesAreGroupsOfOneChannel(shape: Shape, affine: Bool) throws {
    var random = TestRandom(6)
    let (x, upstream) = (random.floats(4 * shape.count), random.floats(4 * shape.count))
    let parameters = affine ? ["weight": random.floats(shape.features), "bias": random.floats(shape.features)] : [:]
    let layers = [
      InstanceNorm(input: shape, affine: affine), GroupNorm(input: shape, groups: shape.features, affine: affine),
    ]
    let runs = try layers.map {
      try LayerRun($0, inputShape: shape, inputs: x, parameters: parameters, upstream: upstream, shards: 2)
    }
    #expect(runs[0].outputs == runs[1].outputs && runs[0].inputGradient == runs[1].inputGradient)
    #expect(runs[0].gradients == runs[1].gradients && runs[0].gradients.count == (affine ? 2 : 0))
    let ones = [Double](repeating: 1, count: shape.features), zeros = ones.map { _ in 0.0 }
    if !affine {
      let wanted = outputs(x.map(Double.init), ones + zeros, shape: shape, groups: shape.features)
      #expect(relativeDifference(runs[0].outputs, wanted) < 2e-6)
    }
  }

  @Test func onlyValidStepsCount() throws {
    var random = TestRandom(8)
    let shape = Shape.sequence(steps: 9, features: 12)
    let lengths: [Int32] = [4, 9, 1, 7]
    let (x, upstream) = (random.floats(4 * shape.count), random.floats(4 * shape.count))
    let parameters = random.floats(24)
    let run = try run(x, parameters, upstream, shape: shape, groups: 3, shards: 2, lengths: lengths)
    let wanted = outputs(
      x.map(Double.init), parameters.map(Double.init), shape: shape, groups: 3, lengths: lengths.map(Int.init))
    #expect(relativeDifference(run.outputs, wanted) < 2e-6)
    // Samples of one length have the same bits, ragged or not.
    let equal = try [nil, [Int32](repeating: 9, count: 4)].map {
      try self.run(x, parameters, upstream, shape: shape, groups: 3, shards: 2, lengths: $0)
    }
    #expect(bits(equal[0].outputs) == bits(equal[1].outputs))
    #expect(bits(equal[0].inputGradient) == bits(equal[1].inputGradient))
    #expect(equal[0].gradients == equal[1].gradients)
  }

  /// Raw numbers, such as years or pascals, only lose the rounding of the mean to float32.
  @Test(arguments: [0, -30, 1000, 100_000], shapes)
  func meansFarFromZeroLoseNothing(distance: Float, shape: Shape) throws {
    var random = TestRandom(9)
    let x = random.floats(3 * shape.count, scale: 1.7).map { $0 + distance }
    let parameters = random.floats(2 * shape.features), upstream = random.floats(x.count)
    let run = try run(x, parameters, upstream, shape: shape, groups: 3)
    let wanted = outputs(x.map(Double.init), parameters.map(Double.init), shape: shape, groups: 3)
    #expect(relativeDifference(run.outputs, wanted) < 3e-6 + Double(distance.ulp), "\(shape)")
  }

  /// Rounding errors would grow by up to 1/√ε.
  @Test func singleValuesGetExactZeros() throws {
    var random = TestRandom(7)
    let shape = Shape.sequence(steps: 3, features: 17)
    let (x, upstream) = (random.floats(3 * shape.count), random.floats(3 * shape.count))
    let run = try LayerRun(
      InstanceNorm(input: shape), inputShape: shape, inputs: x, parameters: [:], upstream: upstream,
      lengths: [1, 1, 1])
    #expect(run.outputs.allSatisfy { $0 == 0 } && run.inputGradient.allSatisfy { $0 == 0 })
  }

  @Test(arguments: shapes)
  func bitsAreTheSameOnEveryInstructionSet(shape: Shape) throws {
    var random = TestRandom(5)
    let (x, upstream) = (random.floats(4 * shape.count, scale: 3), random.floats(4 * shape.count))
    let parameters = random.floats(2 * shape.features)
    let runs = try onEachInstructionSet { try run(x, parameters, upstream, shape: shape, groups: 2, shards: 3) }
    for (name, run) in runs {
      #expect(bits(run.outputs) == bits(runs[0].result.outputs), "\(name)")
      #expect(bits(run.inputGradient) == bits(runs[0].result.inputGradient), "\(name)")
      #expect(run.gradients == runs[0].result.gradients, "\(name)")
    }
  }
}
