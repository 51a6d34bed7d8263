import Layers
import Tensors
import TestSupport
import Testing

/// The rounding errors of convolutions by Winograd's tiles and computed directly, against double precision: the table of
/// docs/performance.md, which this prints.
@Suite struct WinogradAccuracyTests {
  struct Case: CustomTestStringConvertible {
    let input: Shape
    let outputs: Int
    var taps = 3
    var testDescription: String { "\(input), \(outputs) outputs, \(taps) taps" }
  }

  static let cases = [
    Case(input: .image(height: 32, width: 32, channels: 16), outputs: 16),
    Case(input: .image(height: 32, width: 32, channels: 64), outputs: 64),
    Case(input: .image(height: 16, width: 16, channels: 128), outputs: 128),
    Case(input: .image(height: 8, width: 8, channels: 256), outputs: 256),
    Case(input: .image(height: 6, width: 6, channels: 256), outputs: 256),
    Case(input: .image(height: 4, width: 4, channels: 512), outputs: 512),
    Case(input: .image(height: 32, width: 32, channels: 16), outputs: 16, taps: 5),
    Case(input: .image(height: 16, width: 16, channels: 128), outputs: 128, taps: 5),
    Case(input: .sequence(steps: 128, features: 128), outputs: 128),
    Case(input: .sequence(steps: 128, features: 128), outputs: 128, taps: 5),
    Case(input: .sequence(steps: 427, features: 128), outputs: 256, taps: 5),
  ]

  /// √(Σ (a − b)² / Σ b²).
  private func error(_ a: [Float], _ b: [Double]) -> Double {
    let squares = zip(a, b).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    return (squares / b.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(arguments: cases)
  func errorsAreAFewRoundings(_ shape: Case) throws {
    var random = TestRandom(11)
    let samples = 1
    let window: Window =
      shape.input.isSequence
      ? .steps(kernel: shape.taps, padding: .zeros(shape.taps / 2))
      : Window(kernel: .init(shape.taps), padding: .init(shape.taps / 2))
    func layer(_ algorithm: ConvolutionAlgorithm) throws -> any Layer {
      shape.input.isSequence
        ? try Conv1d(input: shape.input, outputs: shape.outputs, window: window, bias: false, algorithm: algorithm)
        : try Conv2d(input: shape.input, outputs: shape.outputs, window: window, bias: false, algorithm: algorithm)
    }
    let output = try layer(.direct).outputShape
    let x = random.floats(samples * shape.input.count), upstream = random.floats(samples * output.count)
    let weight = random.floats(shape.outputs * shape.input.features * window.taps)
    let wanted = doubleConvolutionGradients(
      x: x, weight: weight, upstream: upstream, input: shape.input, output: output, window: window)
    var errors: [[Double]] = []
    for algorithm in [ConvolutionAlgorithm.winograd, .direct] {
      let run = try LayerRun(
        layer(algorithm), inputShape: shape.input, inputs: x, parameters: ["weight": weight], upstream: upstream)
      errors.append([
        error(run.outputs, wanted.outputs), error(run.inputGradient, wanted.input),
        error(run.gradients["weight"] ?? [], wanted.weight),
      ])
    }
    let tile = try #require(layer(.winograd).algorithm)
    func text(_ error: Double) -> String { "\((error * 1e9).rounded() / 100)e-7" }
    let cells = (0..<3).map { "\(text(errors[0][$0])) / \(text(errors[1][$0]))" }.joined(separator: " | ")
    print("| \(shape.input), \(shape.outputs) outputs | \(tile) | \(cells) |")
    for pass in 0..<3 {
      #expect(errors[0][pass] < 4e-6)
    }
  }
}
