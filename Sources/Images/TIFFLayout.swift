import CTIFF
import Diagnostics

/// What the samples of a TIFF picture's pixels mean.
struct TIFFLayout {
  /// The meaning of the first samples.
  enum Kind: Equatable {
    /// Grey levels, from black to white or the other way round.
    case grey(isInverted: Bool)
    /// Places in a palette.
    case palette
    /// Red, green and blue.
    case rgb
    /// Cyan, magenta, yellow and black.
    case inks
    /// Brightness and two differences, which libtiff converts.
    case brightness
  }

  let kind: Kind
  /// Whether colours were multiplied by an opacity, the next sample.
  let isMultiplied: Bool

  /// The samples of a pixel that are read.
  var samples: Int { colorSamples + (isMultiplied ? 1 : 0) }

  private var colorSamples: Int {
    switch kind {
    case .grey, .palette: 1
    case .rgb, .brightness: 3
    case .inks: 4
    }
  }

  /// Tells the layout from a picture's facts.
  /// - Throws: `Failure` (data) saying which kind of picture is not read.
  init(_ facts: dpt_tiff_facts, path: String) throws {
    func refused(_ reason: String, advice: String = "convert the image to 8 or 16 bits, grey or RGB") -> Failure {
      unsupported(path, "TIFF", reason, advice: advice)
    }
    guard facts.is_known_compression else {
      throw refused(
        "its compression has the number \(facts.compression), which this libtiff does not know",
        advice: "save the image with another compression, such as deflate")
    }
    guard [SAMPLEFORMAT_UINT, SAMPLEFORMAT_VOID].contains(Int32(facts.sample_format)), 1...16 ~= facts.bits else {
      let kind =
        switch Int32(facts.sample_format) {
        case SAMPLEFORMAT_IEEEFP: "floating-point numbers"
        case SAMPLEFORMAT_INT: "numbers with a sign"
        case SAMPLEFORMAT_UINT, SAMPLEFORMAT_VOID: "whole numbers"
        default: "complex numbers"
        }
      throw refused("its samples are \(kind) of \(facts.bits) bits")
    }
    let most: UInt16
    switch Int32(facts.photometric) {
    case PHOTOMETRIC_MINISBLACK: (kind, most) = (.grey(isInverted: false), 2)
    case PHOTOMETRIC_MINISWHITE: (kind, most) = (.grey(isInverted: true), 2)
    case PHOTOMETRIC_RGB: (kind, most) = (.rgb, 16)
    case PHOTOMETRIC_SEPARATED where facts.ink_set == INKSET_CMYK: (kind, most) = (.inks, 16)
    case PHOTOMETRIC_YCBCR where facts.bits == 8: (kind, most) = (.brightness, 16)
    case PHOTOMETRIC_PALETTE where facts.bits <= 8 && facts.palette.0 != nil: (kind, most) = (.palette, 2)
    default: throw refused("its colours are of the kind \(facts.photometric) (PhotometricInterpretation)")
    }
    // Opacity of the kind 1 is associated alpha.
    isMultiplied = facts.extra_count > 0 && facts.extra_kind == EXTRASAMPLE_ASSOCALPHA && kind != .palette
    guard (UInt16(colorSamples)...most).contains(facts.samples), Int(facts.samples) >= samples else {
      throw refused(
        "its pixels have \(facts.samples) samples",
        advice: "an image has grey levels or red, green and blue, and maybe opacity; other channels need a NumPy file")
    }
  }

  /// The format of the pixels.
  func format(bits: UInt16) -> PixelFormat {
    if case .grey = kind { return PixelFormat(colors: .grey, depth: bits > 8 ? .sixteen : .eight) }
    return PixelFormat(colors: .rgb, depth: bits > 8 ? .sixteen : .eight)
  }
}
