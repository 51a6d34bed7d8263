import CTurboJPEG
import Diagnostics

/// A decoder of JPEG images through libjpeg-turbo's TurboJPEG interface, with exact inverse DCT and smooth upsampling
/// of chroma, as in PIL. It applies EXIF's orientation.
///
/// libjpeg warns of many faults that harm no pixel, such as an odd version or stray bytes between two parts. An image
/// counts as damaged only if pixels are missing or made up.
final class JPEG {
  private var handle: tjhandle
  private let turned = Image()

  /// - Throws: `Failure` (system) if there is not enough memory.
  init() throws {
    handle = try JPEG.makeHandle()
  }

  private static func makeHandle() throws -> tjhandle {
    guard let handle = tjInitDecompress() else { throw Failure(.system, "not enough memory for a JPEG decoder") }
    return handle
  }

  /// Runs `body`. If it fails, later files get a new decoder: TurboJPEG keeps the state of a broken header.
  private func startingAnew<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      let fresh = try JPEG.makeHandle()
      tjDestroy(handle)
      handle = fresh
      throw error
    }
  }

  deinit {
    tjDestroy(handle)
  }

  private struct Header {
    let size: ImageSize
    let isCMYK: Bool
    let isGrey: Bool
    let markers: JPEGMarkers
  }

  /// Decodes a file's bytes to a format; an unknown version in them is changed to one that libjpeg knows.
  func decode(_ bytes: inout [UInt8], path: String, pixelLimit: Int, format: PixelFormat, into image: Image) throws {
    try startingAnew {
      let header = try header(of: &bytes, path: path, pixelLimit: pixelLimit)
      let staysGrey = header.isGrey && format.colors == .grey
      try image.reshape(header.size, format: PixelFormat(colors: staysGrey ? .grey : .rgb), for: format)
      if header.isCMYK {
        try decompressInks(bytes, path: path, header, into: image)
      } else {
        try decompress(
          bytes, path: path, header.markers, to: image.pixels.baseAddress, header.size, staysGrey ? TJPF_GRAY : TJPF_RGB
        )
      }
      image.convert(to: format)
      try header.markers.orientation.apply(to: image, copy: turned)
    }
  }

  private func decompressInks(_ bytes: [UInt8], path: String, _ header: Header, into image: Image) throws {
    // The inks, four bytes per pixel, share the memory of the colours: each pixel is read before it is overwritten.
    try image.reserve(header.size, bytes: 4)
    guard let pixels = image.values(as: UInt8.self) else { return }
    try decompress(bytes, path: path, header.markers, to: pixels, header.size, TJPF_CMYK)
    for pixel in 0..<header.size.count {
      // Files hold inverted inks (as Adobe's programs write them), so this is light, not ink.
      let black = UInt32(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        let product = UInt32(255 - pixels[4 * pixel + channel]) * black + 128
        pixels[3 * pixel + channel] = UInt8(black - (product + product >> 8) >> 8)
      }
    }
  }

  /// Checks whether a file's bytes can be decoded, at an eighth of the size: all detectable damage is found before
  /// pixels are computed.
  /// - Returns: the size of the decoded image.
  func check(_ bytes: inout [UInt8], path: String, pixelLimit: Int, in image: Image) throws -> ImageSize {
    try startingAnew {
      let header = try header(of: &bytes, path: path, pixelLimit: pixelLimit)
      let size = ImageSize(height: (header.size.height + 7) / 8, width: (header.size.width + 7) / 8)
      try image.reserve(size, bytes: header.isCMYK ? 4 : 3)
      let format = header.isCMYK ? TJPF_CMYK : TJPF_RGB
      try decompress(bytes, path: path, header.markers, to: image.values(), size, format)
      guard header.markers.orientation.exchangesSides else { return header.size }
      return ImageSize(height: header.size.width, width: header.size.height)
    }
  }

  private func header(of bytes: inout [UInt8], path: String, pixelLimit: Int) throws -> Header {
    let markers = JPEGMarkers(bytes)
    for place in markers.versions { bytes[place] = 1 }
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = -1
    var colourSpace: Int32 = -1
    let code = bytes.withUnsafeBufferPointer {
      tjDecompressHeader3(handle, $0.baseAddress, UInt($0.count), &width, &height, &subsampling, &colourSpace)
    }
    // If only the subsampling is unusual, the image can still be decoded.
    let isKnown = width > 0 && height > 0 && colourSpace >= 0
    guard isKnown, code == 0 || subsampling < 0 || isWarning else {
      // For a file that ends within its header, TurboJPEG reports no error and the size 0.
      throw damaged(path, "JPEG", code == 0 ? "it ends within its header" : reason)
    }
    let size = ImageSize(height: Int(height), width: Int(width))
    try checkSize(size, path: path, pixelLimit: pixelLimit)
    return Header(
      size: size, isCMYK: colourSpace == Int32(TJCS_CMYK.rawValue) || colourSpace == Int32(TJCS_YCCK.rawValue),
      isGrey: colourSpace == Int32(TJCS_GRAY.rawValue), markers: markers)
  }

  private func decompress(
    _ bytes: [UInt8], path: String, _ markers: JPEGMarkers, to pixels: UnsafeMutablePointer<UInt8>?, _ size: ImageSize,
    _ format: TJPF
  ) throws {
    func run(_ flags: Int32) -> Bool {
      // The flag limits the time that a hostile progressive file can take.
      bytes.withUnsafeBufferPointer {
        tjDecompress2(
          handle, $0.baseAddress, UInt($0.count), pixels, Int32(size.width), 0, Int32(size.height),
          Int32(format.rawValue), flags | TJFLAG_LIMITSCANS)
      } == 0
    }
    // libjpeg reports only the first warning.
    guard !run(TJFLAG_STOPONWARNING) else { return }
    let first = reason
    guard isWarning, !JPEG.losses.contains(where: first.contains), markers.hasEnd(bytes) else {
      throw damaged(path, "JPEG", first)
    }
    if !run(0), !isWarning { throw damaged(path, "JPEG", reason) }
  }

  /// libjpeg's warnings when it makes up pixels (its `jerror.h`).
  static let losses = [
    "premature end of data segment", "Premature end of JPEG file", "bad Huffman code", "bad arithmetic code",
    "instead of RST",
  ]

  private var isWarning: Bool { tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) }

  private var reason: String { String(cString: tjGetErrorStr2(handle)) }
}
