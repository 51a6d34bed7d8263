import Formats
import Images
import Testing

/// Each transform against torchvision's with the same parameters.
@Suite struct TransformReferenceTests {
  private func size(_ height: Int, _ width: Int) -> ImageSize { ImageSize(height: height, width: width) }

  @Test func resizeIsBilinearWithAntialiasing() throws {
    try expectReference("resize-shorter", Resize(.shorterSide(32)), ())
    try expectReference("resize-mixed", Resize(.exact(size(20, 61))), ())
    try expectReference("resize-up", Resize(.exact(size(64, 90))), ())
    try expectReference("resize-down", Resize(.exact(size(9, 11))), ())
    try expectReference("resize-pil", Resize(.exact(size(32, 32))), (), within: 0.5 / 255)
  }

  @Test func cropsTakeTheSameRectangles() throws {
    try expectReference("center-crop-within", CenterCrop(size(23, 32)), ())
    try expectReference("center-crop-beyond", CenterCrop(size(47, 31)), ())
    try expectReference(
      "random-crop", RandomCrop(size(42, 47), padding: size(3, 5)), RandomCrop.Parameters(top: 1, left: 14))
    try expectReference(
      "random-resized-crop", RandomResizedCrop(size(32, 28)), ImageRegion(top: 5, left: 7, size: size(21, 30)))
  }

  @Test func flipsMirrorLeftToRight() throws {
    try expectReference("horizontal-flip", RandomHorizontalFlip(), true)
  }

  @Test func rotationTurnsCounterClockwiseAboutTheMiddle() throws {
    for angle in [17.3, -20, 89.9, 180] {
      try expectReference("rotation-nearest-\(angle)", RandomRotation(degrees: -90...90), angle, within: 2e-4)
    }
    for angle in [17.3, -33] {
      try expectReference(
        "rotation-bilinear-\(angle)", RandomRotation(degrees: -90...90, interpolation: .bilinear), angle)
    }
  }

  @Test func colorJitterAdjustsInTheGivenOrder() throws {
    for (number, jitter) in referenceJitters.enumerated() {
      try expectReference("color-jitter-\(number)", ColorJitter(), jitter)
    }
  }

  @Test func blurMirrorsTheBorder() throws {
    for sigma in [0.1, 0.5, 1, 2] {
      try expectReference("blur-7-\(sigma)", GaussianBlur(kernelSize: size(7, 7)), sigma)
    }
    try expectReference("blur-3x5-0.8", GaussianBlur(kernelSize: size(3, 5)), 0.8)
  }

  @Test func aWholePipelineStaysWithinALevelOfTorchvisions() throws {
    let canvas = Canvas()
    let image = try decoded("colour.png")
    try TransformPipeline([Resize(.exact(size(32, 32)))]).prepare(image)
    try canvas.load(image)
    try RandomHorizontalFlip().apply(true, to: canvas)
    ColorJitter().apply(
      ColorJitter.Parameters(order: SIMD4(1, 3, 2, 0), factors: SIMD4(1, 0.93, 1.08, 0.04)), to: canvas)
    try RandomRotation(degrees: -20...20).apply(-11, to: canvas)
    try GaussianBlur(kernelSize: size(7, 7)).apply(0.6, to: canvas)
    let archive = try NPZArchive(contentsOf: reference("transforms.npz"))
    let normalize = Normalize(mean: SIMD3(0.485, 0.456, 0.406), deviation: SIMD3(0.229, 0.224, 0.225))
    let pairs: [([Float], [Float], Float)] = [
      (written(canvas), try archive.array("pipeline").floats().map { $0 / 65535 }, 1),
      (written(canvas, normalize), try archive.array("pipeline-normalized").floats(), 1 / 0.225),
    ]
    for (values, expected, range) in pairs {
      #expect(values.count == expected.count)
      let total: Float = zip(values, expected).reduce(0) { $0 + abs($1.0 - $1.1) }
      #expect(total / Float(values.count) <= 0.5 / 255 * range)
    }
  }
}
