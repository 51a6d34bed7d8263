import Layers
import Tensors
import TestSupport
import Testing

/// Batch normalization of which parts are frozen.
@Suite struct FrozenBatchNormTests {
  /// What is frozen.
  struct Parts: Sendable, CustomStringConvertible {
    var statistics = false
    var weight = false
    var bias = false

    static let all = (0..<8).map { Parts(statistics: $0 & 1 > 0, weight: $0 & 2 > 0, bias: $0 & 4 > 0) }

    var description: String { "statistics \(statistics), weight \(weight), bias \(bias)" }

    /// Whether a parameter, named by its end, is frozen.
    func covers(_ name: String) -> Bool {
      name.hasSuffix("weight") && weight || name.hasSuffix("bias") && bias
        || name.contains("running_") && statistics
    }

    func freeze(_ layer: BatchNorm) {
      for tensor in layer.parameters + layer.buffers where covers(tensor.name) { tensor.isFrozen = true }
    }
  }

  /// Frozen statistics are PyTorch's layer in its mode for evaluation (Tests/Reference/make_batch_norm_reference.py).
  @Test(arguments: BatchNorm.Statistics.allCases, [1, 3])
  func frozenStatisticsAreLikePyTorchsEvaluation(statistics: BatchNorm.Statistics, shards: Int) throws {
    let archive = try reference("batch-norm.npz")
    func values(_ key: String) throws -> [Float] { try archive.array("frozen.\(key)").floats() }
    let shape = Shape(Array(try archive.array("frozen.x").shape.dropFirst()))
    let buffers = ["running_mean": try values("running_mean"), "running_var": try values("running_var")]
    for parts in Parts.all where parts.statistics {
      let layer = BatchNorm(input: shape, statistics: statistics)
      parts.freeze(layer)
      let run = try LayerRun(
        layer, inputShape: shape, inputs: values("x"),
        parameters: ["weight": values("weight"), "bias": values("bias")], upstream: values("grad.y"), shards: shards,
        buffers: buffers, counters: [4])
      #expect(relativeDifference(run.outputs, try values("y").map(Double.init)) < 2e-6)
      #expect(relativeDifference(run.inputGradient, try values("grad.x").map(Double.init)) < 2e-6)
      for name in ["weight", "bias"] {
        let own = try #require(run.gradients[name])
        if parts.covers(name) {
          #expect(own.allSatisfy { $0 == 0 }, "\(parts): \(name)")
        } else {
          #expect(relativeDifference(own, try values("grad.\(name)").map(Double.init)) < 3e-6, "\(parts): \(name)")
        }
      }
      #expect(run.buffers == buffers && run.counters == ["num_batches_tracked": 4])
    }
  }

  /// Without frozen statistics, a frozen weight or bias only has no gradient.
  @Test(arguments: BatchNorm.Statistics.allCases)
  func aFrozenParameterChangesNothingElse(statistics: BatchNorm.Statistics) throws {
    let shape = Shape.image(height: 3, width: 4, channels: 19)
    func run(_ parts: Parts) throws -> LayerRun {
      var random = TestRandom(3)
      let layer = BatchNorm(input: shape, statistics: statistics)
      parts.freeze(layer)
      return try LayerRun(
        layer, inputShape: shape, inputs: random.floats(8 * shape.count),
        parameters: ["weight": random.floats(19), "bias": random.floats(19)],
        upstream: random.floats(8 * shape.count), shards: 3)
    }
    let free = try run(Parts())
    for parts in Parts.all where !parts.statistics {
      let frozen = try run(parts)
      #expect(frozen.outputs == free.outputs && frozen.inputGradient == free.inputGradient)
      #expect(frozen.buffers == free.buffers && frozen.counters == free.counters)
      for (name, gradient) in free.gradients {
        let wanted = parts.covers(name) ? gradient.map { _ in 0 } : gradient
        #expect(frozen.gradients[name] == wanted, "\(parts): \(name)")
      }
    }
  }

  /// Finite differences of a convolution, the normalization and a ReLU in one pass, with a convolution behind that sums its
  /// gradients.
  @Test(arguments: [false, true])
  func fusedGradientsAreThoseOfFiniteDifferences(rectifies: Bool) throws {
    let image = Shape.image(height: 5, width: 4, channels: 3)
    let first = try Conv2d(input: image, outputs: 5, window: Window(kernel: .init(3), padding: .init(1)))
    let norm = BatchNorm(input: first.outputShape)
    Parts(statistics: true).freeze(norm)
    // Far from the kink of the ReLU for most values.
    let relus = rectifies ? [ReLU(input: norm.outputShape)] : []
    let last = try Conv2d(input: norm.outputShape, outputs: 4, window: Window(kernel: .init(1)))
    let layer = Sequential(input: image, layers: [first, norm] + relus + [last])
    let check = try GradientCheck(layer, input: image)
    let own = check.differences.filter { $0.key.hasPrefix("1.") }
    #expect(own.count == 2)
    // A value that a difference takes over the kink counts for part of a gradient.
    for (name, difference) in check.differences { #expect(difference < (rectifies ? 0.03 : 2e-3), "\(name)") }
  }
}
