import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

/// Pooling with windows that reach beyond the padding, that do not count it, or that adapt to a size.
@Suite struct WindowPoolTests {
  /// PyTorch's numbers of places: of a size, under a kernel, with stride and padding.
  @Test(arguments: [
    ([6, 3, 2, 0], 3), ([7, 3, 2, 0], 3), ([8, 3, 2, 1], 5), ([3, 2, 2, 1], 2), ([5, 2, 2, 1], 3), ([4, 2, 2, 1], 3),
    ([1, 2, 2, 0], 1), ([1, 3, 3, 0], 1), ([2, 2, 3, 1], 1), ([5, 1, 3, 0], 2), ([9, 4, 3, 2], 4), ([10, 5, 5, 2], 3),
  ])
  func sizesAreRoundedUp(numbers: [Int], places: Int) throws {
    let window = Window.steps(
      kernel: numbers[1], stride: numbers[2], padding: .zeros(numbers[3]), ceilMode: true)
    let input = Shape.sequence(steps: numbers[0], features: 2)
    #expect(try MaxPool(input: input, window: window).outputShape.steps == places)
    #expect(try MaxPool(input: input, window: window).outputSteps(from: numbers[0]) == places)
  }

  @Test func windowsThatLackAStrideAreRefused() throws {
    let failure = Failure(
      .configuration, "the output's steps would be ⌈(1 + 2·0 − 1·(4 − 1) − 1) / 2⌉ + 1, less than 1",
      advice: "the rule is ⌈(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌉ + 1; kernel can be at most 2, "
        + "or padding must be at least 1")
    #expect(throws: failure) {
      try AveragePool(
        input: .sequence(steps: 1, features: 2), window: .steps(kernel: 4, stride: 2, ceilMode: true))
    }
  }

  struct Case: LayerCase {
    let input: Shape
    var kernel = Window.Extent(3)
    var stride = Window.Extent(2)
    var padding = Window.Extent(0)
    var ceilMode = false
    var countIncludePad = false
    /// The size of adaptive windows.
    var size: Window.Extent?

    func layer() throws -> any Layer {
      if let size { return try AdaptiveAveragePool(input: input, size: size) }
      let window =
        input.isSequence
        ? Window.steps(
          kernel: kernel.height, stride: stride.height, padding: .zeros(padding.height), ceilMode: ceilMode)
        : Window(kernel: kernel, stride: stride, padding: .init(padding), ceilMode: ceilMode)
      return try AveragePool(input: input, window: window, countIncludePad: countIncludePad)
    }

    /// The pixels of a window along an axis, and how many count.
    private func span(_ place: Int, _ axis: Int, _ part: KeyPath<Window.Extent, Int>, of places: Int) -> (
      Range<Int>, Int
    ) {
      let extent = input.isSequence && axis == 1 ? 1 : input.extents[axis]
      if let size {
        let count = input.isSequence && axis == 1 ? 1 : size[keyPath: part]
        let range = place * extent / count..<((place + 1) * extent + count - 1) / count
        return (range, range.count)
      }
      guard !(input.isSequence && axis == 1) else { return (0..<1, 1) }
      let first = place * stride[keyPath: part] - padding[keyPath: part]
      let end = min(first + kernel[keyPath: part], extent + padding[keyPath: part])
      let range = max(first, 0)..<min(end, extent)
      return (range, countIncludePad ? end - first : range.count)
    }

    func outputs(_ x: [Double], parameters: [Double], output: Shape) -> [Double] {
      let (width, outWidth) = (input.isSequence ? 1 : input.extents[1], output.isSequence ? 1 : output.extents[1])
      var result: [Double] = []
      for sample in 0..<x.count / input.count {
        for oh in 0..<output.extents[0] {
          for ow in 0..<outWidth {
            let (down, countDown) = span(oh, 0, \.height, of: output.extents[0])
            let (across, countAcross) = span(ow, 1, \.width, of: outWidth)
            for channel in 0..<input.features {
              var sum = 0.0
              for ih in down {
                for iw in across { sum += x[sample * input.count + (ih * width + iw) * input.features + channel] }
              }
              result.append(sum / Double(countDown * countAcross))
            }
          }
        }
      }
      return result
    }
  }

  static let cases = [
    Case(input: .image(height: 8, width: 7, channels: 3), padding: .init(1), countIncludePad: false),
    Case(input: .image(height: 8, width: 6, channels: 17), padding: .init(height: 1, width: 0), ceilMode: true),
    Case(
      input: .image(height: 7, width: 8, channels: 5), kernel: .init(height: 2, width: 4),
      stride: .init(height: 3, width: 2), padding: .init(height: 1, width: 2), ceilMode: true, countIncludePad: true),
    Case(input: .sequence(steps: 6, features: 19), padding: .init(1), ceilMode: true, countIncludePad: true),
    Case(input: .sequence(steps: 6, features: 4), stride: .init(4), ceilMode: true),
    Case(input: .image(height: 7, width: 5, channels: 18), size: .init(height: 3, width: 2)),
    Case(input: .image(height: 6, width: 4, channels: 3), size: .init(height: 2, width: 4)),
    Case(input: .image(height: 2, width: 3, channels: 16), size: .init(height: 5, width: 1)),
    Case(input: .image(height: 3, width: 4, channels: 2), size: .init(1)),
    Case(input: .sequence(steps: 7, features: 20), size: .init(3)),
    Case(input: .sequence(steps: 3, features: 1), size: .init(8)),
  ]

  @Test(arguments: cases)
  func meansAgreeWithFiniteDifferencesOnEveryInstructionSet(_ shape: Case) throws {
    try shape.expectFormula(seed: 5, step: 1e-2, tolerance: 1e-6)
    try shape.expectSameBits(seed: 5)
  }

  /// With size 1 an image stays an image.
  @Test func aSizeOfOneKeepsTheAxes() throws {
    let image = Shape.image(height: 3, width: 4, channels: 2)
    #expect(
      try AdaptiveAveragePool(input: image, size: .init(1)).outputShape == .image(height: 1, width: 1, channels: 2))
  }

  @Test func wrongInputsAreRefused() {
    #expect(throws: Failure(.configuration, "a vector of 4 is no image or sequence")) {
      try AdaptiveAveragePool(input: .vector(4), size: .init(1))
    }
    let failure = Failure(
      .configuration, "a sequence of 5×2 has no height and width, so the size [2, 3] does not fit",
      advice: "write the number of steps that you want, such as size: 2")
    #expect(throws: failure) {
      try AdaptiveAveragePool(input: .sequence(steps: 5, features: 2), size: .init(height: 2, width: 3))
    }
  }
}
