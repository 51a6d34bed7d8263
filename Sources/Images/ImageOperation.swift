import CKernels
import Tensors

/// The operations that automatic augmentation chooses from: torchvision's, in its order.
enum ImageOperation: Int, CaseIterable {
  case identity, shearX, shearY, translateX, translateY, rotate, brightness, color, contrast, sharpness, posterize
  case solarize, autocontrast, equalize, invert

  /// Whether a strength may also be negative.
  var isSigned: Bool { ImageOperation.shearX.rawValue...ImageOperation.sharpness.rawValue ~= rawValue }
}

/// The strengths of operations: the greatest of each, which is divided into equal steps.
enum OperationSpace {
  /// Of AutoAugment and RandAugment.
  case usual
  /// Of TrivialAugment.
  case wide
  /// Of AugMix.
  case mixed

  /// Strength `bin` of `bins` for an image of this size: a slope, pixels, degrees, a factor less 1, bits, or a level of 255.
  func strength(_ operation: ImageOperation, bin: Int, of bins: Int, size: ImageSize) -> Double {
    let share = Double(bin) / Double(bins - 1)
    switch operation {
    case .identity, .autocontrast, .equalize, .invert: return 0
    case .shearX, .shearY: return share * (self == .wide ? 0.99 : 0.3)
    case .translateX, .translateY:
      let side = Double(operation == .translateX ? size.width : size.height)
      let most = self == .wide ? 32 : self == .mixed ? side / 3 : 150 / 331 * side
      return (share * most).rounded(.towardZero)
    case .rotate: return share * (self == .wide ? 135 : 30)
    case .brightness, .color, .contrast, .sharpness: return share * (self == .wide ? 0.99 : 0.9)
    case .posterize: return (self == .mixed ? 4 : 8) - (share * (self == .wide ? 6 : 4)).rounded(.toNearestOrEven)
    case .solarize: return 255 * (1 - share)
    }
  }
}

/// How the geometric operations fill and interpolate.
struct OperationStyle: Equatable, Sendable {
  /// How a pixel's value is interpolated.
  var interpolation = Interpolation.nearest
  /// The colour of pixels without image, from 0 to 1.
  var fill = SIMD3<Double>.zero
}

extension Canvas {
  /// Applies an operation with strength `bin` of `bins` in a space, negated if `isNegative` and if the operation has a sign.
  func apply(
    _ operation: ImageOperation, bin: Int, of bins: Int, in space: OperationSpace, isNegative: Bool,
    _ style: OperationStyle
  ) throws {
    let strength = space.strength(operation, bin: bin, of: bins, size: size)
    try apply(operation, operation.isSigned && isNegative ? -strength : strength, style)
  }

  /// Applies an operation; `strength` is as in `OperationSpace`, with a sign if the operation has one.
  func apply(_ operation: ImageOperation, _ strength: Double, _ style: OperationStyle) throws {
    func warp(_ map: PixelMap) throws { try self.warp(map, style.interpolation, fill: style.fill) }
    // Shears leave the upper left corner where it is.
    let corner = SIMD2(Double(size.width), Double(size.height)) / -2
    switch operation {
    case .identity: break
    case .shearX: try warp(PixelMap(shear: SIMD2(strength, 0), center: corner))
    case .shearY: try warp(PixelMap(shear: SIMD2(0, strength), center: corner))
    case .translateX: try warp(PixelMap(translation: SIMD2(strength, 0)))
    case .translateY: try warp(PixelMap(translation: SIMD2(0, strength)))
    case .rotate: try warp(PixelMap(turn: strength / 360))
    case .brightness: adjust(DPT_BRIGHTNESS, 1 + strength)
    case .color: adjust(DPT_SATURATION, 1 + strength)
    case .contrast: adjustContrast(1 + strength)
    case .sharpness: try adjustSharpness(1 + strength)
    case .posterize: posterize(bits: Int(strength))
    case .solarize: solarize(threshold: strength)
    case .autocontrast: stretchContrast()
    case .equalize: equalize()
    case .invert: adjust(DPT_INVERSION)
    }
  }
}
