import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  struct Case: LayerCase {
    let input: Shape
    let outputs: Int
    let window: Window
    var groups = 1
    var bias = true
    var algorithm = ConvolutionAlgorithm.auto

    func layer() throws -> any Layer {
      input.isSequence
        ? try Conv1d(input: input, outputs: outputs, window: window, groups: groups, bias: bias, algorithm: algorithm)
        : try Conv2d(input: input, outputs: outputs, window: window, groups: groups, bias: bias, algorithm: algorithm)
    }

    var parameterCounts: (weight: Int, bias: Int) {
      (outputs * input.features / groups * window.taps, bias ? outputs : 0)
    }

    func outputs(_ x: [Double], parameters: [Double], output: Shape) -> [Double] {
      doubleConvolution(x, input: input, output: output, parameters: parameters, window: window, groups: groups)
    }
  }

  /// Few and many channels, strides, paddings, dilations and groups that leave something over everywhere.
  static let cases = [
    Case(input: .image(height: 6, width: 5, channels: 1), outputs: 3, window: Window(kernel: .init(3))),
    Case(
      input: .image(height: 7, width: 6, channels: 3), outputs: 18,
      window: Window(kernel: .init(3), stride: .init(2), padding: .init(1))),
    Case(
      input: .image(height: 5, width: 6, channels: 17), outputs: 5,
      window: Window(kernel: .init(height: 3, width: 2), padding: .init(1), dilation: .init(2)), bias: false),
    Case(
      input: .image(height: 5, width: 7, channels: 16), outputs: 33,
      window: Window(kernel: .init(1), stride: .init(height: 2, width: 3))),
    Case(input: .image(height: 2, width: 3, channels: 18), outputs: 33, window: Window(kernel: .init(1))),
    Case(input: .image(height: 3, width: 2, channels: 33), outputs: 5, window: Window(kernel: .init(1))),
    Case(input: .image(height: 2, width: 2, channels: 3), outputs: 4, window: Window(kernel: .init(1))),
    Case(
      input: .image(height: 5, width: 5, channels: 8), outputs: 12,
      window: Window(kernel: .init(3), stride: .init(height: 1, width: 2), padding: .init(1)), groups: 4),
    Case(
      input: .image(height: 5, width: 6, channels: 18), outputs: 18,
      window: Window(kernel: .init(3), stride: .init(height: 2, width: 1), padding: .init(1)), groups: 18),
    Case(
      input: .image(height: 5, width: 4, channels: 20), outputs: 20,
      window: Window(kernel: .init(height: 2, width: 3), padding: .init(1), dilation: .init(2)), groups: 5, bias: false),
    Case(
      input: .sequence(steps: 7, features: 6), outputs: 6, window: .steps(kernel: 3, stride: 2, padding: .zeros(2)),
      groups: 3),
    Case(input: .sequence(steps: 9, features: 4), outputs: 6, window: .steps(kernel: 3, stride: 2, padding: .zeros(1))),
    Case(input: .sequence(steps: 8, features: 20), outputs: 3, window: .steps(kernel: 2, dilation: 3)),
    // More zeros behind than before, with few channels and with many.
    Case(input: .sequence(steps: 7, features: 5), outputs: 6, window: .steps(kernel: 4, padding: .same)),
    Case(input: .sequence(steps: 6, features: 16), outputs: 33, window: .steps(kernel: 2, padding: .same)),
    Case(input: .sequence(steps: 7, features: 33), outputs: 3, window: .steps(kernel: 4, padding: .same, dilation: 3)),
    Case(
      input: .sequence(steps: 5, features: 17), outputs: 18, window: .steps(kernel: 3, padding: .causal, dilation: 2)),
    Case(
      input: .sequence(steps: 8, features: 18), outputs: 18,
      window: .steps(kernel: 5, stride: 2, padding: .causal), groups: 18),
    Case(
      input: .image(height: 5, width: 4, channels: 16), outputs: 17,
      window: Window(
        kernel: .init(3), stride: .init(2),
        padding: .init(before: .init(0), behind: .init(height: 2, width: 1)))),
    // By Winograd's tiles: of 4 × 4 pixels, of 2 × 2, and of 4 steps; then the same of 5 taps.
    Case(
      input: .image(height: 7, width: 9, channels: 9), outputs: 18,
      window: Window(kernel: .init(3), padding: .init(height: 1, width: 2))),
    Case(input: .image(height: 4, width: 8, channels: 17), outputs: 8, window: Window(kernel: .init(3)), bias: false),
    Case(input: .sequence(steps: 9, features: 8), outputs: 20, window: .steps(kernel: 3, padding: .zeros(1))),
    Case(
      input: .image(height: 7, width: 6, channels: 8), outputs: 9,
      window: Window(kernel: .init(5), padding: .init(height: 1, width: 2)), algorithm: .winograd),
    Case(input: .sequence(steps: 11, features: 9), outputs: 8, window: .steps(kernel: 5, padding: .zeros(2))),
    Case(input: .sequence(steps: 10, features: 9), outputs: 17, window: .steps(kernel: 3, padding: .causal)),
    Case(input: .sequence(steps: 12, features: 8), outputs: 9, window: .steps(kernel: 5, padding: .causal)),
  ]

  @Test(arguments: cases)
  func agreesWithFiniteDifferences(_ shape: Case) throws { try shape.expectFormula(seed: 2) }

  @Test(arguments: cases)
  func hasTheSameBitsOnEveryInstructionSetAndForEachSampleAlone(_ shape: Case) throws {
    try shape.expectSameBits(seed: 3)
  }

  /// The homework's 1.1c: x has 7 places and 2 channels; one filter of 5, stride 2. Numbers from 1, as on the sheet.
  @Test func closedFormsOfTheHomework() throws {
    let inputs: [Float] = (0..<14).map { Float($0 * $0 % 11) }
    let weight: [Float] = (0..<10).map { Float($0 % 7) - 3 }
    let upstream: [Float] = [2, -5]
    func x(_ place: Int, _ channel: Int) -> Float { inputs[(place - 1) * 2 + channel - 1] }
    func w(_ channel: Int, _ tap: Int) -> Float { weight[(channel - 1) * 5 + tap - 1] }

    let shape = Shape.sequence(steps: 7, features: 2)
    let layer = try Conv1d(input: shape, outputs: 1, window: .steps(kernel: 5, stride: 2), bias: false)
    #expect(layer.outputShape == .sequence(steps: 2, features: 1), "f(x) is in R^{2×1}")
    let run = try LayerRun(
      layer, inputShape: shape, inputs: inputs, parameters: ["weight": weight], upstream: upstream)

    // f[n] = Σ over k, c of x[2(n − 1) + k, c] W[1, c, k]
    for n in 1...2 {
      let sum = (1...5).reduce(Float(0)) { sum, k in (1...2).reduce(sum) { $0 + x(2 * (n - 1) + k, $1) * w($1, k) } }
      #expect(run.outputs[n - 1] == sum)
    }
    // ∂ℓ/∂W[1, c, k] = Σ over n of ∂ℓ/∂f[n] · ∂f[n]/∂W[1, c, k], and ∂f[n]/∂W[1, c, k] = x[2(n − 1) + k, c]
    for channel in 1...2 {
      for k in 1...5 {
        let sum = upstream[0] * x(k, channel) + upstream[1] * x(2 + k, channel)
        #expect(run.gradients["weight"]?[(channel - 1) * 5 + k - 1] == sum)
      }
    }
    // ∂f[n]/∂x[i, c] = W[1, c, i − 2(n − 1)] where that tap exists, else 0
    for place in 1...7 {
      for channel in 1...2 {
        let sum = (1...2).reduce(Float(0)) { sum, n in
          let k = place - 2 * (n - 1)
          return (1...5).contains(k) ? sum + upstream[n - 1] * w(channel, k) : sum
        }
        #expect(run.inputGradient[(place - 1) * 2 + channel - 1] == sum)
      }
    }
  }

  /// PyTorch's `padding="same"` pads one more behind if the zeros are odd.
  @Test func sameAndCausalKeepTheSteps() throws {
    let input = Shape.sequence(steps: 9, features: 2)
    for kernel in 1...5 {
      for dilation in 1...3 {
        let (same, causal) = (
          Window.steps(kernel: kernel, padding: .same, dilation: dilation),
          Window.steps(kernel: kernel, padding: .causal, dilation: dilation)
        )
        let all = dilation * (kernel - 1)
        #expect(same.padding.before.height == all / 2 && same.padding.behind.height == (all + 1) / 2)
        #expect(causal.padding.before.height == all && causal.padding.behind.height == 0)
        for window in [same, causal] {
          #expect(try window.outputShape(for: input, features: 3) == .sequence(steps: 9, features: 3))
        }
      }
    }
    let strided = Window.steps(kernel: 4, stride: 3, padding: .causal)
    #expect(try strided.outputShape(for: input, features: 3) == .sequence(steps: 3, features: 3))
  }

  /// The homework's 1.1a and 1.1b.
  @Test func sizeRule() throws {
    let window = Window(kernel: .init(5), stride: .init(2))
    #expect(
      try window.outputShape(for: .image(height: 10, width: 11, channels: 1), features: 1)
        == .image(height: 3, width: 4, channels: 1))
    #expect(throws: Failure.self) {
      try Window(kernel: .init(3), dilation: .init(2))
        .outputShape(for: .image(height: 4, width: 9, channels: 1), features: 1)
    }
  }
}
