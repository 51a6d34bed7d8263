import Formats
import TestSupport
import Testing

@testable import Images

/// The transforms that only augment, against torchvision's with the same parameters.
///
/// torchvision changes floats, or bytes if it has an operation only for these. Results of bytes are whole levels, so they
/// may differ by a level, or by half of one on average.
@Suite struct AugmentationReferenceTests {
  private let level: Float = 1 / 255
  private let fill = SIMD3(0.2, 0.4, 0.6)

  @Test func flipsAndColours() throws {
    try expectReference("vertical-flip", RandomVerticalFlip(), true)
    try expectReference("grayscale", RandomGrayscale(), true)
    try expectReference("invert", RandomInvert(), true)
    try expectReference("solarize-100", RandomSolarize(threshold: 100), true)
    try expectReference("solarize-51.5", RandomSolarize(threshold: 51.5), true)
    for bits in [0, 1, 3, 4, 7, 8] { try expectReference("posterize-\(bits)", RandomPosterize(bits: bits), true) }
    for factor in [0, 0.1, 1.9, 5] {
      try expectReference("sharpness-\(factor)", RandomAdjustSharpness(factor: factor), true)
    }
  }

  @Test func histograms() throws {
    try expectReference("autocontrast", RandomAutocontrast(), true)
    try expectReference("equalize", RandomEqualize(), true)
    try expectReference("equalize-few-levels", RandomEqualize(), true, of: "few-levels")
    // torchvision rounds bytes down.
    try expectReference("autocontrast-few-levels", RandomAutocontrast(), true, of: "few-levels", within: level)
  }

  @Test func affineMapsTurnScaleShearAndShift() throws {
    let maps = [
      RandomAffine.Parameters(angle: 20, translation: SIMD2(3, -5), scale: 1.2, shear: SIMD2(10, -7)),
      RandomAffine.Parameters(angle: -33, scale: 0.7),
    ]
    for (number, parameters) in maps.enumerated() {
      for (interpolation, limit) in [(Interpolation.nearest, Float(3e-4)), (.bilinear, 2e-5)] {
        let transform = RandomAffine(
          degrees: 0...0, interpolation: interpolation, fill: fill, center: number == 1 ? SIMD2(11, 8) : nil)
        try expectReference("affine-\(interpolation)-\(number)", transform, parameters, within: limit)
      }
    }
  }

  @Test func perspectiveMovesTheCorners() throws {
    let corners = RandomPerspective.Corners(
      topLeft: SIMD2(4, 7), topRight: SIMD2(44, 2), bottomRight: SIMD2(50, 29), bottomLeft: SIMD2(10, 39))
    for (interpolation, limit) in [(Interpolation.nearest, Float(3e-4)), (.bilinear, 2e-5)] {
      let transform = RandomPerspective(interpolation: interpolation, fill: fill)
      try expectReference("perspective-\(interpolation)", transform, corners, within: limit)
    }
  }

  @Test func erasingPaintsTheRectangle() throws {
    let region = ImageRegion(top: 5, left: 9, size: ImageSize(height: 20, width: 11))
    let random = TransformRandom(.init(seed: 1, purpose: .trainingData), epoch: 0, sample: 0, place: 0)
    try expectReference(
      "erasing", RandomErasing(paint: .color(SIMD3(0.1, 0.5, 0.9))),
      RandomErasing.Erasure(region: region, random: random))
  }

  @Test func everyOperationOfEitherSign() throws {
    let archive = try NPZArchive(contentsOf: reference("transforms.npz"))
    let size = ImageSize(height: 40, width: 53)
    for operation in ImageOperation.allCases {
      // Inversion is in the usual space only.
      let space = operation == .invert ? OperationSpace.usual : .wide
      let strength = space.strength(operation, bin: 7, of: 31, size: size)
      for (sign, word) in operation.isSigned ? [(1.0, "plus"), (-1, "minus")] : [(1, "plus")] {
        let name = "operation-\(operation.rawValue)-\(word)"
        #expect(archive.names.contains(name))
        // torchvision rounds bytes down, so most values are half a level less; some nearest pixels differ.
        try expectReference(name, within: 1.2 * level, atMost: 2 * level, for: 0.01) {
          try $0.apply(operation, sign * strength, OperationStyle())
        }
      }
    }
  }

  @Test func strengthsAndPoliciesAreTorchvisions() throws {
    let archive = try NPZArchive(contentsOf: reference("transforms.npz"))
    let size = ImageSize(height: 224, width: 300)
    for (name, bins) in [("usual", 10), ("rand", 31), ("rand", 9), ("wide", 31), ("wide", 12), ("mixed", 10)] {
      let table = try archive.array("strengths-\(name)-\(bins)").floats()
      let space = name == "wide" ? OperationSpace.wide : name == "mixed" ? .mixed : .usual
      for operation in ImageOperation.allCases {
        for bin in 0..<bins {
          let expected = table[operation.rawValue * bins + bin]
          let strength = Float(space.strength(operation, bin: bin, of: bins, size: size))
          #expect(abs(strength - expected) < 1e-4, "\(operation), \(bin) of \(bins), \(name)")
        }
      }
    }
    for policy in AutoAugment.Policy.allCases {
      let expected = try archive.array("policy-\(policy.rawValue)").floats()
      let steps = policy.steps.flatMap { [$0, $1] }
      let written = steps.flatMap { [Float($0.operation.rawValue), Float($0.probability), Float($0.magnitude)] }
      // Operations without a strength have -1 there.
      #expect(written == expected.map { max(0, $0) }, "\(policy)")
    }
  }
}
