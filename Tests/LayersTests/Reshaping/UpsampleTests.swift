import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct UpsampleTests {
  struct Case: LayerCase {
    let input: Shape
    let scale: Window.Extent
    var mode = Upsample.Mode.nearest
    var alignCorners = false

    func layer() throws -> any Layer {
      try Upsample(input: input, scale: scale, mode: mode, alignCorners: alignCorners)
    }

    /// The pixels of an axis that a pixel is made of, with their shares.
    private func sources(_ pixel: Int, size: Int, scale: Int) -> [(Int, Double)] {
      guard mode != .nearest else { return [(pixel / scale, 1)] }
      let place =
        alignCorners
        ? Double(pixel) * Double(size - 1) / Double(max(1, size * scale - 1))
        : max(0, (Double(pixel) + 0.5) / Double(scale) - 0.5)
      let below = Int(place + 1e-9)
      let share = max(0, place - Double(below))
      return [(below, 1 - share), (min(below + 1, size - 1), share)]
    }

    func outputs(_ x: [Double], parameters: [Double], output: Shape) -> [Double] {
      let (width, outWidth) = (input.isSequence ? 1 : input.extents[1], output.isSequence ? 1 : output.extents[1])
      var y: [Double] = []
      for sample in 0..<x.count / input.count {
        for oh in 0..<output.extents[0] {
          for ow in 0..<outWidth {
            for channel in 0..<input.features {
              var sum = 0.0
              for (ih, down) in sources(oh, size: input.extents[0], scale: scale.height) {
                for (iw, across) in input.isSequence ? [(0, 1)] : sources(ow, size: width, scale: scale.width) {
                  sum += down * across * x[sample * input.count + (ih * width + iw) * input.features + channel]
                }
              }
              y.append(sum)
            }
          }
        }
      }
      return y
    }
  }

  static let cases = [
    Case(input: .image(height: 3, width: 4, channels: 5), scale: .init(2)),
    Case(input: .image(height: 2, width: 3, channels: 18), scale: .init(height: 1, width: 3)),
    Case(input: .sequence(steps: 4, features: 17), scale: .init(3)),
    Case(input: .image(height: 3, width: 4, channels: 17), scale: .init(2), mode: .bilinear),
    Case(input: .image(height: 4, width: 2, channels: 3), scale: .init(height: 3, width: 1), mode: .bilinear),
    Case(input: .image(height: 1, width: 5, channels: 2), scale: .init(height: 2, width: 5), mode: .bilinear),
    Case(input: .image(height: 3, width: 4, channels: 33), scale: .init(2), mode: .bilinear, alignCorners: true),
    Case(
      input: .image(height: 1, width: 3, channels: 4), scale: .init(height: 1, width: 4), mode: .bilinear,
      alignCorners: true),
    Case(input: .sequence(steps: 5, features: 20), scale: .init(2), mode: .linear),
    Case(input: .sequence(steps: 1, features: 3), scale: .init(4), mode: .linear, alignCorners: true),
    Case(input: .sequence(steps: 6, features: 1), scale: .init(3), mode: .linear, alignCorners: true),
    Case(input: .sequence(steps: 3, features: 2), scale: .init(1), mode: .linear),
  ]

  @Test(arguments: cases)
  func agreesWithFiniteDifferencesOnEveryInstructionSet(_ shape: Case) throws {
    try shape.expectFormula(seed: 9, step: 1e-2, tolerance: 1e-6)
    try shape.expectSameBits(seed: 9)
  }

  @Test func whatDoesNotFitIsRefused() {
    func check(_ shape: Case, _ message: String, _ advice: String? = nil) {
      #expect(throws: Failure(.configuration, message, advice: advice)) { try shape.layer() }
    }
    let (image, sequence) = (Shape.image(height: 3, width: 4, channels: 2), Shape.sequence(steps: 5, features: 2))
    check(Case(input: .vector(4), scale: .init(2)), "a vector of 4 is no image or sequence")
    check(
      Case(input: image, scale: .init(2), mode: .linear), "the mode linear is for sequences", "write mode: bilinear")
    check(
      Case(input: sequence, scale: .init(2), mode: .bilinear), "the mode bilinear is for images", "write mode: linear")
    check(
      Case(input: sequence, scale: .init(height: 2, width: 3)),
      "a sequence of 5×2 has no height and width, so the scale [2, 3] does not fit",
      "write one number, such as scale: 2")
    check(
      Case(input: image, scale: .init(2), alignCorners: true),
      "alignCorners is true, but the mode nearest interpolates nothing",
      "write mode: bilinear, or leave out alignCorners")
    check(Case(input: image, scale: .init(5000)), "a scale of 5000 is too large", "at most 1024")
  }
}
