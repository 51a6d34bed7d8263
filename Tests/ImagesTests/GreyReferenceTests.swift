import Formats
import TestSupport
import Testing

@testable import Images

/// Transforms of images of one channel, against torchvision's.
@Suite struct GreyReferenceTests {
  private func size(_ height: Int, _ width: Int) -> ImageSize { ImageSize(height: height, width: width) }

  @Test func shapesAndPlaces() throws {
    let fill = SIMD3(repeating: 0.2)
    try expectReference("grey-resize", Resize(.exact(size(20, 61))), ())
    try expectReference("grey-center-crop", CenterCrop(size(47, 31)), ())
    try expectReference(
      "grey-random-resized-crop", RandomResizedCrop(size(32, 28)), ImageRegion(top: 5, left: 7, size: size(21, 30)))
    try expectReference("grey-horizontal-flip", RandomHorizontalFlip(), true)
    try expectReference("grey-vertical-flip", RandomVerticalFlip(), true)
    try expectReference("grey-rotation", RandomRotation(degrees: -90...90, interpolation: .bilinear), 17.3)
    let parameters = RandomAffine.Parameters(
      angle: 20, translation: SIMD2(3, -5), scale: 1.2, shear: SIMD2(10, -7))
    for (interpolation, limit) in [(Interpolation.nearest, Float(3e-4)), (.bilinear, 2e-5)] {
      try expectReference(
        "grey-affine-\(interpolation)", RandomAffine(degrees: 0...0, interpolation: interpolation, fill: fill),
        parameters, within: limit)
    }
    let corners = RandomPerspective.Corners(
      topLeft: SIMD2(4, 7), topRight: SIMD2(44, 2), bottomRight: SIMD2(50, 29), bottomLeft: SIMD2(10, 39))
    try expectReference("grey-perspective", RandomPerspective(fill: fill), corners)
  }

  @Test func levels() throws {
    try expectReference("grey-blur", GaussianBlur(kernelSize: size(7, 7)), 1)
    try expectReference("grey-grayscale", RandomGrayscale(), true)
    try expectReference("grey-invert", RandomInvert(), true)
    try expectReference("grey-solarize", RandomSolarize(threshold: 100), true)
    try expectReference("grey-posterize", RandomPosterize(bits: 3), true)
    try expectReference("grey-sharpness", RandomAdjustSharpness(factor: 1.9), true)
    try expectReference("grey-autocontrast", RandomAutocontrast(), true)
    try expectReference("grey-equalize", RandomEqualize(), true)
    try expectReference("grey-color") { try $0.apply(.color, 0.7, OperationStyle()) }
    let random = TransformRandom(.init(seed: 1, purpose: .trainingData), epoch: 0, sample: 0, place: 0)
    try expectReference(
      "grey-erasing", RandomErasing(paint: .color(SIMD3(repeating: 0.1))),
      RandomErasing.Erasure(region: ImageRegion(top: 5, left: 9, size: size(20, 11)), random: random))
  }

  @Test func jitterChangesBrightnessAndContrastAlone() throws {
    for (number, jitter) in referenceJitters.enumerated() {
      try expectReference("grey-color-jitter-\(number)", ColorJitter(), jitter)
    }
  }

  @Test func normalizationTakesTheFirstMean() throws {
    let canvas = Canvas()
    try canvas.load(decoded("colour.png", format: PixelFormat(colors: .grey)))
    let values = written(canvas, Normalize(mean: SIMD3(0.4, 9, 9), deviation: SIMD3(0.25, 9, 9)))
    let expected = try NPZArchive(contentsOf: reference("transforms.npz")).array("grey-normalized").floats()
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-5 } && values.count == expected.count)
  }
}

/// Images of 16 bits in transforms.
@Suite struct DepthTests {
  private func size(_ height: Int, _ width: Int) -> ImageSize { ImageSize(height: height, width: width) }

  /// All transforms of one kind, deterministic first.
  private func pipeline() -> TransformPipeline {
    TransformPipeline([
      Resize(.exact(size(30, 31))), RandomHorizontalFlip(), RandomRotation(degrees: -20...20),
      ColorJitter(brightness: 0.5...1.5, contrast: 0.5...1.5), GaussianBlur(kernelSize: size(3, 3)),
      AugMix(), TrivialAugmentWide(), RandomErasing(paint: .noise(mean: .zero, deviation: .one)),
    ])
  }

  private func floats(_ name: String, _ format: PixelFormat, _ pipeline: TransformPipeline) throws -> [Float] {
    let image = try decoded(name, format: format)
    let target = pipeline.outputSize(for: image.size) ?? image.size
    try pipeline.prepare(image)
    #expect(image.format == format)
    return try [Float](unsafeUninitializedCapacity: target.count * format.channels) { buffer, count in
      count = target.count * format.channels
      guard let base = buffer.baseAddress else { return }
      try pipeline.finish(
        image, random: .init(seed: 3, purpose: .trainingData), epoch: 1, sample: 2, size: target, to: base)
    }
  }

  @Test func eightBitsHaveTheSameFloatsInSixteen() throws {
    for colors in PixelFormat.Colors.allCases {
      let (eight, sixteen) = (PixelFormat(colors: colors), PixelFormat(colors: colors, depth: .sixteen))
      for name in ["colour.png", "grey.jpg", "colour.webp", "tiles.tif"] {
        #expect(try floats(name, eight, TransformPipeline()) == floats(name, sixteen, TransformPipeline()), "\(name)")
        // Resized images are rounded to more levels.
        let differences = zip(
          try floats(name, eight, TransformPipeline([Resize(.exact(size(30, 31)))])),
          try floats(name, sixteen, TransformPipeline([Resize(.exact(size(30, 31)))]))
        ).map { abs($0 - $1) }
        #expect(differences.allSatisfy { $0 < 0.51 / 255 } && differences.contains { $0 > 0 }, "\(name)")
      }
    }
  }

  @Test func sixteenBitsAreDividedByTheirGreatest() throws {
    let expected = try NPZArchive(contentsOf: reference("images.npz")).array("wide/grey-sixteen-bits.tif").floats()
    let values = try floats(
      "grey-sixteen-bits.tif", PixelFormat(colors: .grey, depth: .sixteen), TransformPipeline())
    #expect(values == expected.map { $0 / 65535 })
  }

  @Test func everyFormatGoesThroughAllTransformsToTheSameBits() throws {
    for colors in PixelFormat.Colors.allCases {
      for depth in PixelFormat.Depth.allCases {
        let format = PixelFormat(colors: colors, depth: depth)
        let results = try onEachInstructionSet { try floats("sixteen-bits.tif", format, pipeline()) }
        for (set, values) in results { #expect(values == results.first?.result, "\(format) on \(set)") }
      }
    }
  }

  @Test func storingGivesBackWhatWasLoaded() throws {
    let (image, canvas) = (Image(), Canvas())
    for format in [PixelFormat(depth: .sixteen), PixelFormat(colors: .grey, depth: .sixteen)] {
      try image.reshape(size(256, 256), format: format)
      for place in image.widePixels.indices { image.widePixels[place] = UInt16(truncatingIfNeeded: place) }
      try canvas.load(image)
      let copy = Image()
      try canvas.store(to: copy)
      #expect(copy.format == format && copy.widePixels.elementsEqual(image.widePixels))
    }
  }
}
