import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Convolutions by Winograd's tiles, beside the same convolutions computed directly.
@Suite struct WinogradTests {
  struct Case {
    let input: Shape
    let outputs: Int
    let window: Window
    let bias: Bool

    func layer(_ algorithm: ConvolutionAlgorithm) throws -> any Layer {
      input.isSequence
        ? try Conv1d(input: input, outputs: outputs, window: window, bias: bias, algorithm: algorithm)
        : try Conv2d(input: input, outputs: outputs, window: window, bias: bias, algorithm: algorithm)
    }

    /// Any number of channels and pixels, and any padding.
    init(_ random: inout TestRandom) {
      func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      let (channels, padding) = (number(1...40), number(0...3))
      let isSequence = number(0...3) == 0
      let taps = Bool.random(using: &random) ? 3 : 5
      let least = max(1, taps - 2 * padding)
      input =
        isSequence
        ? .sequence(steps: number(least...30), features: channels)
        : .image(height: number(least...12), width: number(least...12), channels: channels)
      window =
        isSequence
        ? .steps(kernel: taps, padding: padding == 3 ? .causal : .zeros(padding))
        : Window(kernel: .init(taps), padding: .init(padding))
      outputs = number(1...40)
      bias = Bool.random(using: &random)
    }
  }

  /// The largest difference of two elements, relative to the largest element of `b`.
  private func difference(_ a: [Float], _ b: [Float]) -> Double { relativeDifference(a, b.map(Double.init)) }

  @Test func agreesWithDirectAtAnyShape() throws {
    var random = TestRandom(23)
    let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
    for _ in 0..<(isLong ? 5000 : 300) {
      let shape = Case(&random)
      let samples = Int.random(in: 1...24, using: &random), shards = Int.random(in: 1...4, using: &random)
      let output = try shape.layer(.direct).outputShape
      let inputs = random.floats(samples * shape.input.count), upstream = random.floats(samples * output.count)
      let weight = random.floats(shape.outputs * shape.input.features * shape.window.taps)
      let bias = random.floats(shape.outputs)
      func run(_ algorithm: ConvolutionAlgorithm) throws -> LayerRun {
        try LayerRun(
          shape.layer(algorithm), inputShape: shape.input, inputs: inputs,
          parameters: ["weight": weight, "bias": bias], upstream: upstream, shards: shards)
      }
      let (tiled, direct) = (try run(.winograd), try run(.direct))
      #expect(try shape.layer(.winograd).algorithm != nil)
      #expect(difference(tiled.outputs, direct.outputs) < 1e-5, "\(shape)")
      #expect(difference(tiled.inputGradient, direct.inputGradient) < 1e-5, "\(shape)")
      for (name, gradient) in direct.gradients {
        #expect(difference(tiled.gradients[name] ?? [], gradient) < 1e-5, "\(shape), \(samples) samples: \(name)")
      }
    }
  }

  /// How samples are cut into blocks of tiles, and which of them a rank has, must not show.
  @Test func bitsOfSamplesDoNotDependOnTheOthers() throws {
    var random = TestRandom(5)
    for _ in 0..<20 {
      let shape = Case(&random)
      let layer = try shape.layer(.winograd)
      let samples = 13
      let inputs = random.floats(samples * shape.input.count)
      let upstream = random.floats(samples * layer.outputShape.count)
      let weight = random.floats(shape.outputs * shape.input.features * shape.window.taps)
      func run(_ range: Range<Int>) throws -> LayerRun {
        let (x, y) = (shape.input.count, layer.outputShape.count)
        return try LayerRun(
          shape.layer(.winograd), inputShape: shape.input,
          inputs: Array(inputs[range.lowerBound * x..<range.upperBound * x]),
          parameters: ["weight": weight, "bias": random.floats(shape.outputs).map { _ in 0.25 }],
          upstream: Array(upstream[range.lowerBound * y..<range.upperBound * y]))
      }
      let all = try run(0..<samples), some = try run(3..<8)
      let (x, y) = (shape.input.count, layer.outputShape.count)
      #expect(bits(some.outputs) == bits(all.outputs[3 * y..<8 * y]))
      #expect(bits(some.inputGradient) == bits(all.inputGradient[3 * x..<8 * x]))
    }
  }

  @Test func theShapeAloneChooses() throws {
    func algorithm(
      _ input: Shape, outputs: Int, _ window: Window, groups: Int = 1, _ algorithm: ConvolutionAlgorithm = .auto
    ) throws -> String? {
      input.isSequence
        ? try Conv1d(input: input, outputs: outputs, window: window, groups: groups, algorithm: algorithm).algorithm
        : try Conv2d(input: input, outputs: outputs, window: window, groups: groups, algorithm: algorithm).algorithm
    }
    let padded = Window(kernel: .init(3), padding: .init(1))
    let image = Shape.image(height: 32, width: 32, channels: 64)
    #expect(try algorithm(image, outputs: 64, padded) == "F(4×4, 3×3)")
    #expect(try algorithm(.image(height: 6, width: 6, channels: 64), outputs: 8, padded) == "F(2×2, 3×3)")
    #expect(try algorithm(.sequence(steps: 9, features: 8), outputs: 8, .steps(kernel: 3)) == "F(4, 3)")
    #expect(try algorithm(.sequence(steps: 9, features: 8), outputs: 8, .steps(kernel: 5)) == "F(4, 5)")
    #expect(try algorithm(image, outputs: 64, Window(kernel: .init(5))) == "F(2×2, 5×5)")
    #expect(try algorithm(image, outputs: 64, padded, .direct) == nil)
    #expect(try algorithm(image, outputs: 64, padded, groups: 2) == nil)
    #expect(try algorithm(image, outputs: 64, Window(kernel: .init(3), stride: .init(2)), .winograd) == nil)
    #expect(try algorithm(image, outputs: 64, Window(kernel: .init(3), dilation: .init(2)), .winograd) == nil)
    #expect(try algorithm(image, outputs: 64, Window(kernel: .init(7)), .winograd) == nil)
    #expect(try algorithm(image, outputs: 64, Window(kernel: .init(height: 5, width: 3)), .winograd) == nil)
    #expect(try algorithm(.sequence(steps: 9, features: 8), outputs: 8, .steps(kernel: 4)) == nil)
    // Too few channels, or too few pixels of each tile.
    #expect(try algorithm(.image(height: 9, width: 9, channels: 3), outputs: 64, padded) == nil)
    #expect(try algorithm(.image(height: 9, width: 9, channels: 3), outputs: 64, padded, .winograd) == "F(4×4, 3×3)")
    #expect(try algorithm(.image(height: 1, width: 32, channels: 64), outputs: 64, padded) == nil)
    let five = Window(kernel: .init(5), padding: .init(2))
    #expect(try algorithm(.image(height: 8, width: 8, channels: 16), outputs: 32, five) == "F(2×2, 5×5)")
    #expect(try algorithm(.image(height: 8, width: 8, channels: 16), outputs: 31, five) == nil)
    #expect(try algorithm(.image(height: 7, width: 8, channels: 64), outputs: 64, five) == nil)
    #expect(try algorithm(.image(height: 7, width: 8, channels: 64), outputs: 64, five, .winograd) == "F(2×2, 5×5)")
  }
}
