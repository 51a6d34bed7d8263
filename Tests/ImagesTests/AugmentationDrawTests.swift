import Tensors
import Testing

@testable import Images

/// The random parameters of the transforms that only augment.
@Suite struct AugmentationDrawTests {
  private let input = ImageSize(height: 300, width: 400)

  private func draws<T: Transform>(_ transform: T, count: Int = 4000) -> [T.Parameters] {
    let philox = Philox(seed: 7, purpose: .trainingData)
    return (0..<count).map {
      transform.draw(size: input, random: TransformRandom(philox, epoch: 2, sample: $0, place: 0))
    }
  }

  private func share(_ values: some Collection<Bool>) -> Double {
    Double(values.count { $0 }) / Double(values.count)
  }

  private func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test func changesHaveTheirProbability() {
    let transforms: [any ChanceTransform] = [
      RandomVerticalFlip(probability: 0.3), RandomGrayscale(probability: 0.3), RandomInvert(probability: 0.3),
      RandomSolarize(threshold: 100, probability: 0.3), RandomPosterize(bits: 3, probability: 0.3),
      RandomAdjustSharpness(factor: 2, probability: 0.3), RandomAutocontrast(probability: 0.3),
      RandomEqualize(probability: 0.3),
    ]
    for transform in transforms {
      #expect(!transform.isDeterministic)
      #expect(abs(share(draws(transform)) - 0.3) < 0.03, "\(transform)")
    }
    #expect(RandomGrayscale().probability == 0.1 && RandomEqualize(probability: 1).isDeterministic)
  }

  @Test func affineParametersAreUniform() {
    let all = draws(
      RandomAffine(
        degrees: -20...10, translate: SIMD2(0.1, 0.02), scale: 0.5...2, shearAcross: -8...0, shearDown: 1...3))
    #expect(abs(mean(all.map(\.angle)) + 5) < 0.5 && all.allSatisfy { (-20...10).contains($0.angle) })
    #expect(Set(all.map(\.translation.x)) == Set(-40...40) && Set(all.map(\.translation.y)) == Set(-6...6))
    #expect(abs(mean(all.map(\.scale)) - 1.25) < 0.03 && all.allSatisfy { (0.5...2).contains($0.scale) })
    #expect(abs(mean(all.map(\.shear.x)) + 4) < 0.2 && abs(mean(all.map(\.shear.y)) - 2) < 0.05)
    #expect(RandomAffine(degrees: 5...5, scale: 2...2).isDeterministic)
    #expect(!RandomAffine(degrees: 5...5, translate: SIMD2(0, 0.1)).isDeterministic)
  }

  @Test func cornersMoveInwards() {
    let all = draws(RandomPerspective(distortion: 0.2, probability: 0.6))
    #expect(abs(share(all.map { $0 != nil }) - 0.6) < 0.03)
    let corners = all.compactMap(\.self)
    #expect(Set(corners.map(\.topLeft.x)) == Set(0...40) && Set(corners.map(\.topLeft.y)) == Set(0...30))
    #expect(Set(corners.map(\.topRight.x)) == Set(359...399) && Set(corners.map(\.bottomLeft.y)) == Set(269...299))
  }

  @Test func erasuresKeepToScaleAndRatio() {
    let all = draws(RandomErasing(probability: 0.25, scale: 0.02...0.33, ratio: 0.3...3.3))
    #expect(abs(share(all.map { $0 != nil }) - 0.25) < 0.03)
    let regions = all.compactMap(\.self).map(\.region)
    for region in regions {
      #expect(region.top >= 0 && region.top + region.size.height <= input.height)
      #expect(region.left >= 0 && region.left + region.size.width <= input.width)
      let share = Double(region.size.count) / Double(input.count)
      let ratio = Double(region.size.height) / Double(region.size.width)
      #expect((0.019...0.331).contains(share) && (0.29...3.35).contains(ratio))
    }
    // A rectangle as large as the image never fits.
    #expect(draws(RandomErasing(probability: 1, scale: 1...1, ratio: 1...1), count: 3).allSatisfy { $0 == nil })
  }

  @Test func automaticAugmentationDrawsAllOperationsAlike() {
    let trivial = draws(TrivialAugmentWide(magnitudeBins: 5), count: 14000)
    for operation in ImageOperation.allCases {
      let count = trivial.count { $0.operation == operation }
      #expect(operation == .invert ? count == 0 : abs(count - 1000) < 150, "\(operation)")
    }
    #expect(Set(trivial.map(\.bin)) == Set(0...4))
    #expect(abs(share(trivial.map(\.isNegative)) - 0.5) < 0.02)
    let random = draws(RandAugment(operations: 3))
    for place in 0..<3 { #expect(Set(random.map { $0.operations[place] }).count == 14) }
    #expect(abs(share(random.map { $0.isNegative[1] == 1 }) - 0.5) < 0.03)
    let policies = draws(AutoAugment(policy: .svhn))
    #expect(Set(policies.map(\.pair)).count == 25)
    #expect(abs(mean(policies.map(\.chances.x)) - 0.5) < 0.03 && abs(mean(policies.map(\.signs.y))) < 0.05)
  }

  @Test func sharesOfMixturesAddToOne() {
    for alpha in [0.2, 1, 5] {
      let all = draws(AugMix(chains: 4, alpha: alpha))
      #expect(all.allSatisfy { abs($0.original + $0.chains.sum() - 1) < 1e-12 && $0.chains.min() >= 0 })
      #expect(abs(mean(all.map(\.original)) - 0.5) < 0.03)
      // The variance of the beta distribution.
      let square = mean(all.map { ($0.original - 0.5) * ($0.original - 0.5) })
      #expect(abs(square * 4 * (2 * alpha + 1) - 1) < 0.1)
      for chain in 0..<4 { #expect(abs(mean(all.map { $0.chains[chain] }) - 0.125) < 0.015) }
    }
  }

  @Test func mixturesAddTheSharesOfChangedImages() throws {
    let image = Image()
    try image.reshape(ImageSize(height: 3, width: 7))
    for place in image.pixels.indices { image.pixels[place] = UInt8(place * 4) }
    let canvas = Canvas()
    try canvas.load(image)
    let before = (0..<3).map { Array(canvas.plane($0)) }
    try canvas.beginMixture(0.25)
    try canvas.apply(.invert, 0, OperationStyle())
    try canvas.addToMixture(0.625)
    try canvas.addToMixture(0.125)
    canvas.useMixture()
    for channel in 0..<3 {
      for (place, value) in before[channel].enumerated() {
        #expect(abs(canvas.plane(channel)[place] - (0.625 - 0.25 * value)) < 1e-6)
      }
    }
  }

  @Test func noiseIsNormal() throws {
    let image = Image()
    try image.reshape(ImageSize(height: 101, width: 101))
    image.pixels.update(repeating: 51)
    let canvas = Canvas()
    try canvas.load(image)
    let region = ImageRegion(top: 0, left: 0, size: ImageSize(height: 100, width: 100))
    let random = TransformRandom(Philox(seed: 7, purpose: .trainingData), epoch: 2, sample: 3, place: 1)
    let paint = RandomErasing.Paint.noise(mean: SIMD3(0.4, 0.5, 0.6), deviation: SIMD3(0.1, 0.2, 0.3))
    RandomErasing(paint: paint).apply(RandomErasing.Erasure(region: region, random: random), to: canvas)
    for channel in 0..<3 {
      let inside = (0..<100).flatMap { row in (0..<100).map { Double(canvas.plane(channel)[row * 101 + $0]) } }
      let (middle, width) = (0.4 + 0.1 * Double(channel), 0.1 + 0.1 * Double(channel))
      #expect(abs(mean(inside) - middle) < width * 0.04)
      #expect(abs(mean(inside.map { ($0 - middle) * ($0 - middle) }).squareRoot() - width) < width * 0.04)
      #expect(canvas.plane(channel)[100] == 0.2)
    }
  }
}
