import Diagnostics
import Images
import Testing

@testable import Recipes

/// A section with transforms, like the data of images.
private struct ImageSection: RecipeSettings {
  var transforms: [any PipelineEntry] = []

  static let form = RecipeForm<Self>(keys: [
    RecipeKey("transforms", \.transforms, .list(.transform), required: true, "the transforms")
  ])
}

private func read(_ text: String) throws -> [any PipelineEntry] {
  let section = try RecipeSection(YAMLNode.parse(text, file: "r.yaml"), path: "data")
  return try ImageSection.read(section, onto: ImageSection()).transforms
}

@Suite struct TransformSettingsTests {
  private func size(_ height: Int, _ width: Int) -> ImageSize { ImageSize(height: height, width: width) }

  private func failure(_ transforms: String) throws -> Failure {
    try #require(throws: Failure.self) { try read("transforms:\n\(transforms)\n") }
  }

  @Test func everyTransformIsMadeWithItsSettings() throws {
    let settings = try read(
      """
      transforms:
        - resize: {size: [256, 320]}
        - resize: {size: 300}
        - center-crop: {size: 256}
        - random-crop: {size: [224, 200], padding: 4}
        - random-resized-crop: {size: 192, scale: [0.5, 1]}
        - random-horizontal-flip
        - random-rotation: {degrees: 20, interpolation: bilinear}
        - random-rotation: {degrees: [-5, 10]}
        - color-jitter: {hue: 0.1, saturation: 0.1, contrast: 1.5, brightness: [0.5, 0.75]}
        - gaussian-blur: {kernelSize: 7, sigma: [0.1, 1]}
        - normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
      """)
    let pipeline = try settings.makePipeline(key: "data.transforms")
    #expect(pipeline.outputSize() == size(192, 192))
    #expect(pipeline.preparedCount == 3)
    let made = pipeline.transforms
    #expect(made.count == 10)
    #expect((made[0] as? Resize)?.target == .exact(size(256, 320)))
    #expect((made[1] as? Resize)?.target == .shorterSide(300))
    #expect((made[2] as? CenterCrop)?.size == size(256, 256))
    #expect((made[3] as? RandomCrop)?.size == size(224, 200))
    #expect((made[3] as? RandomCrop)?.padding == size(4, 4))
    #expect((made[4] as? RandomResizedCrop)?.scale == 0.5...1)
    #expect((made[5] as? RandomHorizontalFlip)?.probability == 0.5)
    #expect((made[6] as? RandomRotation)?.degrees == -20...20)
    #expect((made[6] as? RandomRotation)?.interpolation == .bilinear)
    #expect((made[7] as? RandomRotation)?.degrees == -5...10)
    let jitter = try #require(made[8] as? ColorJitter)
    #expect(jitter.hue == -0.1...0.1 && jitter.saturation == 0.9...1.1)
    #expect(jitter.contrast == 0...2.5 && jitter.brightness == 0.5...0.75)
    #expect((made[9] as? GaussianBlur)?.kernelSize == size(7, 7))
    #expect((made[9] as? GaussianBlur)?.sigma == 0.1...1)
    #expect(
      pipeline.normalize == Normalize(mean: SIMD3(0.485, 0.456, 0.406), deviation: SIMD3(0.229, 0.224, 0.225)))
  }

  @Test func writtenTransformsReadTheSame() throws {
    let settings = try read(
      """
      transforms:
        - resize: {size: 40}
        - resize: {size: [40, 40]}
        - random-crop: {size: 32, padding: [4, 2]}
        - random-rotation: {degrees: 15}
        - color-jitter: {hue: 0.2, brightness: 0.3}
        - gaussian-blur: {kernelSize: [3, 5], sigma: 0.5}
        - normalize: {mean: [0, 0.5, 1], std: [1, 2, 3]}
      """)
    let written = YAMLOutput.mapping(ImageSection(transforms: settings).written).flowText
    #expect(try read(written).elementsEqual(settings) { $0.isEqual(to: $1) })
  }

  @Test func impossibleSettingsAreNamed() throws {
    #expect(
      try failure("  - rotate: {degrees: 3}")
        == wrong("r.yaml:2: data.transforms.0: there is no transform \"rotate\"", "it must be one of \(names)"))
    #expect(
      try failure("  - resize: {size: 0}").message.contains("transforms.0.resize.size must be from 1 to 65536, not 0"))
    #expect(try failure("  - resize").message.contains("data.transforms.0.resize.size is missing"))
    #expect(
      try failure("  - random-rotation: {degrees: [20, 10]}").message
        .hasSuffix("degrees must be [least, most], but 20 is more than 10"))
    #expect(
      try failure("  - random-rotation: {degrees: -3}").message.hasSuffix("degrees must be from 0 to 180, not -3"))
    #expect(
      try failure("  - color-jitter: {hue: much}").message
        .hasSuffix("hue must be a number, or two as [least, most], not \"much\""))
    #expect(
      try failure("  - color-jitter: {hue: [0, 0.6]}").message.hasSuffix("hue.1 must be from -0.5 to 0.5, not 0.6"))
    #expect(
      try failure("  - gaussian-blur: {kernelSize: [7, 4]}").message
        .hasSuffix("data.transforms.0.gaussian-blur.kernelSize must be odd, not 7×4"))
    #expect(
      try failure("  - normalize: {mean: [0, 0], std: [1, 1, 1]}").message
        .hasSuffix("data.transforms.0.normalize.mean has 2 entries"))
    #expect(try failure("  - normalize: {mean: [0, 0, 0], std: [1, 0, 1]}").message.contains("std.1 must be "))
  }

  @Test func oneMeanIsThatOfAllChannels() throws {
    let settings = try read("transforms: [{normalize: {mean: [0.5], std: [0.25]}}]\n")
    let normalize = Normalize(mean: SIMD3(repeating: 0.5), deviation: SIMD3(repeating: 0.25))
    for colors in PixelFormat.Colors.allCases {
      #expect(try settings.makePipeline(key: "data.transforms", colors: colors).normalize == normalize)
      #expect(try settings.inputNormalization(colors: colors)?.mean.count == colors.channels)
    }
    let three = try read("transforms: [{normalize: {mean: [0.5], std: [1, 2, 3]}}]\n")
    let refused = try #require(throws: Failure.self) {
      try three.makePipeline(key: "data.transforms", colors: .grey)
    }
    #expect(refused.message == "data.transforms.0.normalize.std has 3 entries, but data.colors is grey")
  }

  @Test func imagesHaveEightOrSixteenBits() throws {
    func entry(_ keys: String) throws -> ImageFolderEntry {
      let section = try RecipeSection(YAMLNode.parse("folder: f\n\(keys)\n", file: "r.yaml"), path: "data")
      return try ImageFolderEntry.read(section, onto: ImageFolderEntry())
    }
    let wide = try entry("colors: grey\ndepth: 16")
    #expect(wide.colors == .grey && wide.depth == 16)
    #expect(try entry("").colors == .rgb)
    let refused = try #require(throws: Failure.self) { try entry("depth: 12") }
    #expect(refused.message.hasSuffix("data.depth is 12") && refused.advice == "8 or 16")
  }

  @Test func augmentationsAreMadeWithTheirSettings() throws {
    let made = try read(
      """
      transforms:
        - random-vertical-flip: 0.2
        - random-affine: {degrees: [5, 10], translate: [0.1, 0.2], scale: [0.9, 1.1], shear: 4, fill: 51, center: 3}
        - random-affine: {degrees: 1, shear: [1, 2, 3, 4], fill: [0, 51, 255]}
        - random-perspective: {distortionScale: 0.3, probability: 1, interpolation: nearest}
        - random-erasing: {value: [1, 0.5, 0], scale: [0.1, 0.2]}
        - sharpness: {sharpnessFactor: 2, probability: 0.9}
        - solarize: 128
        - posterize: {bits: 3}
        - autocontrast
        - equalize: {probability: 0.1}
        - rand-augment: {numOps: 3, magnitude: 5, numMagnitudeBins: 11}
        - auto-augment: svhn
      """
    ).makePipeline(key: "data.transforms").transforms
    #expect((made[0] as? RandomVerticalFlip)?.probability == 0.2)
    let first = try #require(made[1] as? RandomAffine)
    #expect(first.degrees == 5...10 && first.translate == SIMD2(0.1, 0.2) && first.scale == 0.9...1.1)
    #expect(first.shearAcross == -4...4 && first.shearDown == 0...0)
    #expect(first.fill == SIMD3(repeating: 0.2) && first.center == SIMD2(3, 3))
    let second = try #require(made[2] as? RandomAffine)
    #expect(second.shearAcross == 1...2 && second.shearDown == 3...4)
    #expect(second.fill == SIMD3(0, 0.2, 1) && second.center == nil)
    #expect((made[3] as? RandomPerspective)?.distortion == 0.3)
    #expect((made[4] as? RandomErasing)?.paint == .color(SIMD3(1, 0.5, 0)))
    #expect((made[5] as? RandomAdjustSharpness)?.factor == 2)
    #expect((made[6] as? RandomSolarize)?.threshold == 128)
    #expect((made[7] as? RandomPosterize)?.bits == 3)
    #expect((made[8] as? RandomAutocontrast)?.probability == 0.5)
    #expect((made[9] as? RandomEqualize)?.probability == 0.1)
    #expect((made[10] as? RandAugment)?.operations == 3)
    #expect((made[11] as? AutoAugment)?.policy == .svhn)
  }

  @Test func writtenAugmentationsReadTheSame() throws {
    let settings = try read(
      """
      transforms:
        - equalize
        - random-affine: {degrees: 1, shear: [1, 2, 3, 4], fill: [0, 51, 255], center: [1, 2]}
        - random-erasing: {value: random}
        - random-erasing: {value: [1, 2, 3]}
        - trivial-augment-wide: {fill: 7, interpolation: bilinear}
      """)
    let written = YAMLOutput.mapping(ImageSection(transforms: settings).written).flowText
    #expect(written.contains("random-equalize"))
    #expect(try read(written).elementsEqual(settings) { $0.isEqual(to: $1) })
  }

  @Test func impossibleAugmentationsAreNamed() throws {
    let faults = [
      "random-affine: {degrees: 1, shear: [1, 2, 3]}":
        "random-affine.shear must be a number or [least, most] or [least, most, least down, most down], not a list",
      "random-affine: {degrees: 1, shear: [2, 1]}":
        "random-affine.shear must have the least first, but 2 is more than 1",
      "random-affine: {degrees: 1, fill: [0, 0, 256]}": "random-affine.fill.2 must be from 0 to 255, not 256",
      "random-erasing: {value: noise}":
        "random-erasing.value must be a number or [red, green, blue] or random, not \"noise\"",
      "solarize: {threshold: -1}": "random-solarize.threshold must be from 0 to 256, not -1",
      "rand-augment: {magnitude: 31}":
        "data.transforms.0.rand-augment.magnitude is 31 (r.yaml:2), but magnitudes end with 30",
      "auto-augment: coco": "data.transforms.0.auto-augment.policy cannot be \"coco\"",
    ]
    for (text, message) in faults {
      let found = try failure("  - \(text)").message
      #expect(found.hasSuffix(message), "\(found)")
    }
    #expect(try failure("  - trivialaugment").advice == "did you mean trivial-augment-wide?")
  }

  @Test func erasingAfterNormalizeHasValuesOfInputs() throws {
    let pipeline = try read(
      """
      transforms:
        - normalize: {mean: [0.25, 0.5, 0.75], std: [0.5, 0.25, 1]}
        - random-erasing: {value: 1}
        - random-erasing: {value: random}
      """
    ).makePipeline(key: "data.transforms")
    #expect(pipeline.normalize.mean == SIMD3(0.25, 0.5, 0.75))
    #expect((pipeline.transforms[0] as? RandomErasing)?.paint == .color(SIMD3(0.75, 0.75, 1.75)))
    #expect(
      (pipeline.transforms[1] as? RandomErasing)?.paint
        == .noise(mean: SIMD3(0.25, 0.5, 0.75), deviation: SIMD3(0.5, 0.25, 1)))
  }

  @Test func normalizeMustBeTheLast() throws {
    let settings = try read(
      "transforms: [{normalize: {mean: [0, 0, 0], std: [1, 1, 1]}}, random-horizontal-flip]\n")
    let failure = try #require(throws: Failure.self) { try settings.makePipeline(key: "data.transforms") }
    #expect(failure.message == "data.transforms.0 is normalize, but 1 more transform follows")
  }

  private var names: String { EntryKind.transform.names.joined(separator: ", ") }
}
