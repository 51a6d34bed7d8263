import Layers
import TestSupport
import Tensors
import Testing

/// A layer over images or sequences with a formula for its outputs.
protocol LayerCase: Sendable {
  /// The shape of a sample.
  var input: Shape { get }
  /// The numbers of values of the parameters `weight` and `bias`.
  var parameterCounts: (weight: Int, bias: Int) { get }

  /// Makes the layer.
  func layer() throws -> any Layer

  /// The outputs in double precision, batch first and channels last; `parameters` are weight and bias, one after the other.
  func outputs(_ x: [Double], parameters: [Double], output: Shape) -> [Double]
}

extension LayerCase {
  /// No parameters.
  var parameterCounts: (weight: Int, bias: Int) { (0, 0) }

  /// Compares outputs with the formula, and gradients with its finite differences, on several numbers of shards.
  func expectFormula(
    seed: UInt64, step: Double = 1e-3, tolerance: Double = 2e-6, at location: SourceLocation = #_sourceLocation
  ) throws {
    var random = TestRandom(seed)
    let samples = 3
    let output = try layer().outputShape
    let x = random.floats(samples * input.count), weight = random.floats(parameterCounts.weight)
    let bias = random.floats(parameterCounts.bias)
    let upstream = random.floats(samples * output.count)
    func outputs(_ point: [Double]) -> [Double] {
      self.outputs(Array(point[..<x.count]), parameters: Array(point[x.count...]), output: output)
    }
    let point = (x + weight + bias).map(Double.init)
    let wanted = finiteDifferences(at: point, step: step) { point in
      zip(outputs(point), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    for shards in [1, 2, 3] {
      let run = try LayerRun(
        layer(), inputShape: input, inputs: x, parameters: ["weight": weight, "bias": bias], upstream: upstream,
        shards: shards)
      #expect(relativeDifference(run.outputs, outputs(point)) < 1e-6, sourceLocation: location)
      let gradients = run.inputGradient + (run.gradients["weight"] ?? []) + (run.gradients["bias"] ?? [])
      #expect(relativeDifference(gradients, wanted) < tolerance, sourceLocation: location)
    }
  }

  /// Compares the bits of every instruction set, and those of each sample alone.
  func expectSameBits(seed: UInt64, at location: SourceLocation = #_sourceLocation) throws {
    var random = TestRandom(seed)
    let samples = 5
    let output = try layer().outputShape
    let x = random.floats(samples * input.count), upstream = random.floats(samples * output.count)
    let parameters = ["weight": random.floats(parameterCounts.weight), "bias": random.floats(parameterCounts.bias)]
    func part(_ values: [Float], _ samples: Range<Int>, of shape: Shape) -> [Float] {
      Array(values[samples.lowerBound * shape.count..<samples.upperBound * shape.count])
    }
    func run(_ samples: Range<Int>) throws -> LayerRun {
      try LayerRun(
        layer(), inputShape: input, inputs: part(x, samples, of: input), parameters: parameters,
        upstream: part(upstream, samples, of: output), shards: 2)
    }
    let runs = try onEachInstructionSet { try run(0..<samples) }
    let first = runs[0].result
    for (name, result) in runs {
      #expect(bits(result.outputs) == bits(first.outputs), "\(name)", sourceLocation: location)
      #expect(bits(result.inputGradient) == bits(first.inputGradient), "\(name)", sourceLocation: location)
      for (key, gradient) in result.gradients {
        #expect(bits(gradient) == bits(first.gradients[key] ?? []), "\(name) \(key)", sourceLocation: location)
      }
    }
    for sample in 0..<samples {
      let (alone, place) = (try run(sample..<sample + 1), sample..<sample + 1)
      #expect(bits(alone.outputs) == bits(part(first.outputs, place, of: output)), sourceLocation: location)
      #expect(bits(alone.inputGradient) == bits(part(first.inputGradient, place, of: input)), sourceLocation: location)
    }
  }
}
