import Diagnostics
import Images
import Tensors
import TestSupport
import Testing

@Suite struct TransformPipelineTests {
  private func size(_ height: Int, _ width: Int) -> ImageSize { ImageSize(height: height, width: width) }

  private func everything() -> TransformPipeline {
    TransformPipeline(
      [
        Resize(.shorterSide(36)), CenterCrop(size(34, 36)), RandomCrop(size(33, 35), padding: size(2, 2)),
        RandomHorizontalFlip(), RandomRotation(degrees: -20...20, interpolation: .bilinear),
        ColorJitter(
          brightness: 0.8...1.2, contrast: ColorJitter.factors(0.2), saturation: 0.8...1.2, hue: -0.1...0.1),
        GaussianBlur(kernelSize: size(5, 7)), RandomResizedCrop(size(21, 27)), RandomVerticalFlip(),
        RandomAffine(
          degrees: -20...20, translate: SIMD2(0.1, 0.2), scale: 0.8...1.2, shearAcross: -5...5, shearDown: -5...5,
          interpolation: .bilinear, fill: SIMD3(0.1, 0.2, 0.3)),
        RandomPerspective(probability: 1), RandomGrayscale(), RandomInvert(), RandomSolarize(threshold: 100),
        RandomPosterize(bits: 5), RandomAdjustSharpness(factor: 1.5), RandomAutocontrast(), RandomEqualize(),
        TrivialAugmentWide(), RandAugment(), AutoAugment(policy: .cifar10), AugMix(),
        RandomErasing(probability: 1, paint: .noise(mean: SIMD3(repeating: 0.5), deviation: SIMD3(repeating: 0.2))),
      ], normalize: Normalize(mean: SIMD3(repeating: 0.5), deviation: SIMD3(0.2, 0.3, 0.4)))
  }

  private func run(_ pipeline: TransformPipeline, epoch: Int = 1, sample: Int = 5, seed: UInt64 = 3) throws -> [UInt32]
  {
    let image = try decoded("colour.jpg")
    try pipeline.prepare(image)
    let count = try #require(pipeline.outputSize(for: image.size)).count * 3
    return try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress {
        try pipeline.finish(
          image, random: Philox(seed: seed, purpose: .trainingData), epoch: epoch, sample: sample, to: base)
      }
      filled = count
    }.map(\.bitPattern)
  }

  @Test func everyInstructionSetGivesTheSameBits() throws {
    let results = try onEachInstructionSet { try (0..<20).map { try run(everything(), sample: $0) } }
    for (name, result) in results { #expect(result == results.first?.result, "\(name)") }
  }

  @Test func theResultDependsOnSeedEpochAndSampleAlone() throws {
    let pipeline = everything()
    let first = try run(pipeline)
    let others = [try run(pipeline, epoch: 2), try run(pipeline, sample: 6), try run(pipeline, seed: 4)]
    #expect(!others.contains(first))
    #expect(try run(pipeline) == first)
  }

  @Test func leadingDeterministicTransformsArePreparedOnce() throws {
    let pipeline = everything()
    #expect(pipeline.preparedCount == 2)
    let image = try decoded("colour.jpg")
    try pipeline.prepare(image)
    #expect(image.size == size(34, 36))
    #expect(TransformPipeline().preparedCount == 0)
    #expect(TransformPipeline([RandomHorizontalFlip(), Resize(.shorterSide(4))]).preparedCount == 0)
  }

  /// A data set may keep what they make, in the image's bits.
  @Test func leadingDeterministicTransformsAreRoundedToLevels() throws {
    func areLevels(_ transforms: [any Transform]) throws -> Bool {
      try run(TransformPipeline(transforms)).allSatisfy {
        let level = 255 * Float(bitPattern: $0)
        return (level - level.rounded()).magnitude < 1e-3
      }
    }
    #expect(try areLevels([Resize(.exact(size(20, 30)))]))
    #expect(try areLevels([Resize(.exact(size(20, 30))), RandomHorizontalFlip()]))
    #expect(try !areLevels([RandomHorizontalFlip(), Resize(.exact(size(20, 30)))]))
  }

  @Test func transformsWithoutRandomnessAreDeterministic() throws {
    let certain: [any Transform] = [
      GaussianBlur(kernelSize: size(3, 3), sigma: 2...2), RandomHorizontalFlip(probability: 1),
      RandomHorizontalFlip(probability: 0), RandomRotation(degrees: 90...90), ColorJitter(contrast: 1.5...1.5),
    ]
    let byChance: [any Transform] = [
      GaussianBlur(kernelSize: size(3, 3)), RandomHorizontalFlip(), RandomRotation(degrees: -1...1),
      ColorJitter(brightness: 1.5...1.5, contrast: 1.5...1.5), ColorJitter(hue: -0.1...0.1),
    ]
    for transform in certain {
      let pipeline = TransformPipeline([transform])
      #expect(transform.isDeterministic && pipeline.preparedCount == 1, "\(transform)")
      #expect(try run(pipeline, epoch: 1, sample: 1) == run(pipeline, epoch: 2, sample: 3), "\(transform)")
    }
    for transform in byChance { #expect(!transform.isDeterministic, "\(transform)") }
  }

  @Test func aFixedOutputSizeIsKnownBeforeAnyImage() {
    #expect(everything().outputSize() == size(21, 27))
    #expect(TransformPipeline().outputSize() == nil)
    let shorter = TransformPipeline([Resize(.shorterSide(256))])
    #expect(shorter.outputSize() == nil)
    #expect(shorter.outputSize(for: size(375, 500)) == size(256, 341))
    #expect(shorter.outputSize(for: size(500, 375)) == size(341, 256))
    #expect(TransformPipeline([Resize(.shorterSide(9)), CenterCrop(size(7, 8))]).outputSize() == size(7, 8))
  }

  @Test func imagesThatDoNotSuitATransformAreRefused() throws {
    let image = try decoded("colour.png")
    let canvas = Canvas()
    try canvas.load(image)
    let crop = try #require(throws: Failure.self) {
      try RandomCrop(size(44, 20), padding: size(1, 0)).apply(RandomCrop.Parameters(top: 0, left: 0), to: canvas)
    }
    #expect(crop.message == "random-crop takes 44×20 pixels, but the image has 40×53")
    let strip = Image()
    try strip.reshape(size(1, 50_000))
    let resize = try #require(throws: Failure.self) {
      try TransformPipeline([Resize(.shorterSide(256))]).prepare(strip)
    }
    #expect(resize.message == "resize makes 256×12800000 pixels of an image of 1×50000")
    let blur = try #require(throws: Failure.self) {
      try GaussianBlur(kernelSize: size(81, 3)).apply(1, to: canvas)
    }
    #expect(
      blur.message == "gaussian-blur mirrors 40 rows and 1 columns beyond the border, but the image has 40×53 pixels")
  }

  @Test func onePixelGoesThroughResizeAndRotation() throws {
    let image = Image()
    try image.reshape(size(1, 1))
    image.pixels.update(repeating: 51)
    let canvas = Canvas()
    try canvas.load(image)
    try Resize(.exact(size(3, 2))).apply((), to: canvas)
    try RandomRotation(degrees: 0...0).apply(180, to: canvas)
    try canvas.store(to: image)
    #expect(image.size == size(3, 2))
    #expect(withExtendedLifetime(image) { image.pixels.allSatisfy { $0 == 51 } })
  }
}

/// The random parameters of transforms, for many samples.
@Suite struct TransformDrawTests {
  private let input = ImageSize(height: 300, width: 400)

  private func draws<T: Transform>(_ transform: T, count: Int = 4000, place: Int = 0) -> [T.Parameters] {
    let philox = Philox(seed: 7, purpose: .trainingData)
    return (0..<count).map {
      transform.draw(size: input, random: TransformRandom(philox, epoch: 2, sample: $0, place: place))
    }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test func flipsHaveTheirProbability() {
    #expect(abs(mean(draws(RandomHorizontalFlip(probability: 0.3)).map { $0 ? 1 : 0 }) - 0.3) < 0.03)
    #expect(draws(RandomHorizontalFlip(probability: 0)).allSatisfy { !$0 })
    #expect(draws(RandomHorizontalFlip(probability: 1)).allSatisfy { $0 })
  }

  @Test func anglesAndDeviationsAreUniformInTheirRanges() {
    let angles = draws(RandomRotation(degrees: -20...10))
    #expect(angles.allSatisfy { (-20...10).contains($0) })
    #expect(abs(mean(angles) + 5) < 0.5)
    let deviations = draws(GaussianBlur(kernelSize: ImageSize(height: 7, width: 7), sigma: 0.1...1))
    #expect(deviations.allSatisfy { (0.1...1).contains($0) })
    #expect(abs(mean(deviations) - 0.55) < 0.02)
  }

  @Test func everyPlaceOfARandomCropIsDrawn() {
    let crop = RandomCrop(ImageSize(height: 300, width: 404), padding: ImageSize(height: 1, width: 3))
    let places = draws(crop)
    #expect(Set(places.map(\.top)) == [0, 1, 2])
    #expect(Set(places.map(\.left)) == [0, 1, 2])
  }

  @Test func jittersComeInEveryOrderWithFactorsInTheirRanges() {
    let jitters = draws(
      ColorJitter(
        brightness: ColorJitter.factors(1.5), contrast: ColorJitter.factors(0.1), saturation: 0.8...1.2, hue: -0.1...0.1
      ))
    #expect(Set(jitters.map(\.order)).count == 24)
    #expect(jitters.allSatisfy { (0...2.5).contains($0.factors[0]) && (0.9...1.1).contains($0.factors[1]) })
    #expect(jitters.allSatisfy { (0.8...1.2).contains($0.factors[2]) && (-0.1...0.1).contains($0.factors[3]) })
    #expect(abs(mean(jitters.map { $0.factors[3] })) < 0.005)
  }

  @Test func resizedCropsKeepToScaleAndRatio() {
    let regions = draws(RandomResizedCrop(ImageSize(height: 9, width: 9), scale: 0.2...0.8))
    for region in regions {
      #expect(region.top >= 0 && region.left >= 0)
      #expect(region.top + region.size.height <= input.height && region.left + region.size.width <= input.width)
      let share = Double(region.size.count) / Double(input.count)
      let ratio = Double(region.size.width) / Double(region.size.height)
      #expect((0.19...0.81).contains(share) && (0.74...1.35).contains(ratio))
    }
    // No rectangle of this shape covers the area, so the largest one in the middle is used.
    let fallback = draws(RandomResizedCrop(ImageSize(height: 9, width: 9), scale: 1...1, ratio: 1...1), count: 3)
    #expect(fallback.allSatisfy { $0 == ImageRegion(top: 0, left: 50, size: ImageSize(height: 300, width: 300)) })
  }

  @Test func transformsOfOneKindAtTwoPlacesDrawIndependently() {
    let rotation = RandomRotation(degrees: -1...1)
    let products = zip(draws(rotation), draws(rotation, place: 1)).map { $0 * $1 }
    #expect(abs(mean(products)) < 0.02)
  }
}
