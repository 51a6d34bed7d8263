import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct ConvTransposeTests {
  struct Case: LayerCase {
    let input: Shape
    let outputs: Int
    let window: Window
    var outputPadding = Window.Extent(0)
    var groups = 1
    var bias = true

    func layer() throws -> any Layer {
      input.isSequence
        ? try ConvTranspose1d(
          input: input, outputs: outputs, window: window, outputPadding: outputPadding.height, groups: groups,
          bias: bias)
        : try ConvTranspose2d(
          input: input, outputs: outputs, window: window, outputPadding: outputPadding, groups: groups, bias: bias)
    }

    var parameterCounts: (weight: Int, bias: Int) {
      (input.features * outputs / groups * window.taps, bias ? outputs : 0)
    }

    /// In double precision, straight from the formula: weight [channels, outputs / groups, taps], then the bias.
    func outputs(_ x: [Double], parameters: [Double], output: Shape) -> [Double] {
      let (width, outWidth) = (input.isSequence ? 1 : input.extents[1], output.isSequence ? 1 : output.extents[1])
      let (channels, own) = (input.features / groups, outputs / groups)
      let samples = x.count / input.count
      var y = [Double](repeating: 0, count: samples * output.count)
      if bias {
        for place in y.indices { y[place] = parameters[parameterCounts.weight + place % outputs] }
      }
      for pixel in 0..<x.count / input.features {
        let (sample, at) = pixel.quotientAndRemainder(dividingBy: input.extents[0] * width)
        for tap in 0..<window.taps {
          let oh =
            at / width * window.stride.height - window.padding.before.height
            + tap / window.kernel.width * window.dilation.height
          let ow =
            at % width * window.stride.width - window.padding.before.width
            + tap % window.kernel.width * window.dilation.width
          guard (0..<output.extents[0]).contains(oh), (0..<outWidth).contains(ow) else { continue }
          let to = ((sample * output.extents[0] + oh) * outWidth + ow) * outputs
          for c in 0..<input.features {
            for o in 0..<own {
              y[to + c / channels * own + o] +=
                x[pixel * input.features + c] * parameters[(c * own + o) * window.taps + tap]
            }
          }
        }
      }
      return y
    }
  }

  /// Few and many channels, strides, paddings, dilations and groups that leave something over everywhere.
  static let cases = [
    Case(
      input: .image(height: 4, width: 3, channels: 5), outputs: 6,
      window: Window(kernel: .init(3), stride: .init(2), padding: .init(1)), outputPadding: .init(1)),
    Case(
      input: .image(height: 3, width: 4, channels: 17), outputs: 18,
      window: Window(
        kernel: .init(height: 3, width: 2), stride: .init(height: 1, width: 2), padding: .init(height: 0, width: 1)),
      bias: false),
    Case(
      input: .image(height: 4, width: 3, channels: 6), outputs: 9, window: Window(kernel: .init(2), stride: .init(2)),
      groups: 3),
    Case(
      input: .image(height: 3, width: 3, channels: 4), outputs: 5,
      window: Window(kernel: .init(3), padding: .init(1), dilation: .init(2)), outputPadding: .init(1)),
    // Pixels between the taps, which are only biases.
    Case(
      input: .image(height: 2, width: 3, channels: 3), outputs: 4,
      window: Window(kernel: .init(1), stride: .init(height: 3, width: 2)), outputPadding: .init(height: 2, width: 1)),
    Case(input: .image(height: 2, width: 3, channels: 33), outputs: 5, window: Window(kernel: .init(1))),
    Case(input: .image(height: 3, width: 4, channels: 33), outputs: 20, window: Window(kernel: .init(3))),
    Case(
      input: .image(height: 4, width: 5, channels: 18), outputs: 18,
      window: Window(kernel: .init(3), stride: .init(2), padding: .init(1)), groups: 18),
    // Cut off at both ends.
    Case(
      input: .image(height: 5, width: 4, channels: 3), outputs: 2, window: Window(kernel: .init(1), padding: .init(1))),
    Case(
      input: .sequence(steps: 5, features: 4), outputs: 6, window: .steps(kernel: 4, stride: 2, padding: .zeros(1))),
    Case(
      input: .sequence(steps: 3, features: 18), outputs: 17, window: .steps(kernel: 3, stride: 3, dilation: 2),
      outputPadding: .init(height: 2, width: 0)),
    Case(
      input: .sequence(steps: 6, features: 20), outputs: 34, window: .steps(kernel: 2, stride: 3), groups: 2,
      bias: false),
    Case(input: .sequence(steps: 1, features: 2), outputs: 3, window: .steps(kernel: 5, stride: 7)),
  ]

  @Test(arguments: cases)
  func agreesWithFiniteDifferences(_ shape: Case) throws { try shape.expectFormula(seed: 3) }

  @Test(arguments: cases)
  func hasTheSameBitsOnEveryInstructionSetAndForEachSampleAlone(_ shape: Case) throws {
    try shape.expectSameBits(seed: 4)
  }

  /// PyTorch's fan-in is the weight's second extent times the taps.
  @Test func weightsStartAsInPyTorch() throws {
    let layer = try ConvTranspose2d(
      input: .image(height: 2, width: 2, channels: 6), outputs: 8, window: Window(kernel: .init(height: 2, width: 3)),
      groups: 2)
    #expect(layer.parameters.map(\.shape) == [[6, 4, 2, 3], [8]])
    #expect(layer.parameters.allSatisfy { $0.initialization == .uniform(bound: 1 / Float(24).squareRoot()) })
    #expect(layer.operations == 2 * 6 * 4 * 6 * 4)
  }

  @Test func wrongNumbersAreRefused() {
    func check(_ window: Window, outputPadding: Int = 0, groups: Int = 1, _ message: String, _ advice: String) {
      #expect(throws: Failure(.configuration, message, advice: advice)) {
        try ConvTranspose1d(
          input: .sequence(steps: 3, features: 4), outputs: 2, window: window, outputPadding: outputPadding,
          groups: groups)
      }
    }
    check(
      .steps(kernel: 3, stride: 2), outputPadding: 2,
      "an outputPadding of 2 is not smaller than the stride of 2 or the dilation of 1", "it is at most 1 here")
    check(
      .steps(kernel: 2, padding: .zeros(2)),
      "the output's steps would be (3 − 1)·1 − 2·2 + 1·(2 − 1) + 0 + 1, less than 1",
      "the rule is (input − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1; padding can be at most 1"
    )
    check(
      .steps(kernel: 2), groups: 4, "4 groups do not divide 4 input and 2 output channels", "groups must divide both")
    check(.steps(kernel: 1 << 40), "a kernel of \(1 << 40) is too large", "at most \(1 << 30)")
  }
}
