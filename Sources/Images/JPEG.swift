import CTurboJPEG
import Diagnostics

/// A decoder of JPEG images: libjpeg-turbo by its TurboJPEG interface, with exact inverse DCT and smooth upsampling of
/// chroma, as in PIL.
final class JPEG {
  private let handle: tjhandle

  /// - Throws: `Failure` (system) where there is not enough memory.
  init() throws {
    guard let handle = tjInitDecompress() else {
      throw Failure(.system, "not enough memory for a JPEG decoder")
    }
    self.handle = handle
  }

  deinit {
    tjDestroy(handle)
  }

  private struct Header {
    let size: ImageSize
    let isCMYK: Bool
  }

  /// Decodes a file's bytes.
  func decode(_ bytes: [UInt8], path: String, pixelLimit: Int, into image: Image) throws {
    let header = try header(of: bytes, path: path, pixelLimit: pixelLimit)
    try image.reshape(header.size)
    guard header.isCMYK else {
      return try decompress(bytes, path: path, to: image.pixels.baseAddress, header.size, TJPF_RGB)
    }
    // The inks, four bytes a pixel, in the memory of the colours: pixel by pixel, none is overwritten before it is read.
    try image.reshape(header.size.withFourChannels)
    let pixels = image.pixels
    try decompress(bytes, path: path, to: pixels.baseAddress, header.size, TJPF_CMYK)
    for pixel in 0..<header.size.count {
      // Files hold the inks inverted (as Adobe's programs write them), so that this is light, not ink.
      let black = UInt32(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        let product = UInt32(255 - pixels[4 * pixel + channel]) * black + 128
        pixels[3 * pixel + channel] = UInt8(black - (product + product >> 8) >> 8)
      }
    }
    try image.reshape(header.size)
  }

  /// Finds out whether a file's bytes can be decoded; at an eighth of the size, since all the damage that can be found is
  /// found before the pixels are computed.
  func check(_ bytes: [UInt8], path: String, pixelLimit: Int, in image: Image) throws {
    let header = try header(of: bytes, path: path, pixelLimit: pixelLimit)
    let size = ImageSize(height: (header.size.height + 7) / 8, width: (header.size.width + 7) / 8)
    try image.reshape(header.isCMYK ? size.withFourChannels : size)
    let format = header.isCMYK ? TJPF_CMYK : TJPF_RGB
    try decompress(bytes, path: path, to: image.pixels.baseAddress, size, format)
  }

  private func header(of bytes: [UInt8], path: String, pixelLimit: Int) throws -> Header {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = -1
    var colourSpace: Int32 = -1
    let code = bytes.withUnsafeBufferPointer {
      tjDecompressHeader3(handle, $0.baseAddress, UInt($0.count), &width, &height, &subsampling, &colourSpace)
    }
    // Where only the subsampling is of no common kind, the image can be decoded all the same.
    guard code == 0 || (width > 0 && height > 0 && colourSpace >= 0 && subsampling < 0) else {
      throw damaged(path, "JPEG", reason)
    }
    let size = ImageSize(height: Int(height), width: Int(width))
    try checkSize(size, path: path, pixelLimit: pixelLimit)
    return Header(
      size: size, isCMYK: colourSpace == Int32(TJCS_CMYK.rawValue) || colourSpace == Int32(TJCS_YCCK.rawValue))
  }

  private func decompress(
    _ bytes: [UInt8], path: String, to pixels: UnsafeMutablePointer<UInt8>?, _ size: ImageSize, _ format: TJPF
  ) throws {
    // Without the first flag libjpeg makes up what is missing and only warns; the second bounds the time that a hostile
    // progressive file can take.
    let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let code = bytes.withUnsafeBufferPointer {
      tjDecompress2(
        handle, $0.baseAddress, UInt($0.count), pixels, Int32(size.width), 0, Int32(size.height),
        Int32(format.rawValue), flags)
    }
    guard code == 0 else { throw damaged(path, "JPEG", reason) }
  }

  private var reason: String { String(cString: tjGetErrorStr2(handle)) }
}
