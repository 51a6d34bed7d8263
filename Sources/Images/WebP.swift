import CWebP
import Diagnostics

/// A decoder of WebP images through libwebp; of an animation it gives the first picture.
final class WebP {
  private let turned = Image()

  /// Whether bytes begin as those of a WebP file.
  static func isMeant(by bytes: [UInt8]) -> Bool {
    bytes.count >= 12 && bytes.starts(with: Array("RIFF".utf8)) && bytes[8..<12].elementsEqual("WEBP".utf8)
  }

  /// Decodes a file's bytes to a format.
  func decode(_ bytes: [UInt8], path: String, pixelLimit: Int, format: PixelFormat, into image: Image) throws {
    let parts = try WebPParts(bytes, path: path)
    let whole = try features(of: bytes[...], path: path)
    try checkSize(whole.size, path: path, pixelLimit: pixelLimit)
    try image.reshape(whole.size, format: PixelFormat(), for: format)
    if whole.isAnimation {
      guard let frame = parts.frame else { throw damaged(path, "WebP", "the animation has no picture") }
      let picture = try features(of: frame.bytes, path: path)
      guard !picture.isAnimation, frame.top + picture.size.height <= whole.size.height,
        frame.left + picture.size.width <= whole.size.width
      else { throw damaged(path, "WebP", "a picture of the animation reaches beyond its border") }
      // What the first picture does not cover is transparent black.
      if picture.size != whole.size { image.pixels.update(repeating: 0) }
      try decode(frame.bytes, to: image, top: frame.top, left: frame.left, path: path)
    } else {
      try decode(bytes[...], to: image, top: 0, left: 0, path: path)
    }
    image.convert(to: format)
    try parts.orientation.apply(to: image, copy: turned)
  }

  private func features(of bytes: ArraySlice<UInt8>, path: String) throws -> (size: ImageSize, isAnimation: Bool) {
    var features = WebPBitstreamFeatures()
    try check(bytes.withUnsafeBufferPointer { WebPGetFeatures($0.baseAddress, $0.count, &features) }, path: path)
    let size = ImageSize(height: Int(features.height), width: Int(features.width))
    return (size, features.has_animation != 0)
  }

  /// Decodes a picture to a place of the image, without its alpha.
  private func decode(_ bytes: ArraySlice<UInt8>, to image: Image, top: Int, left: Int, path: String) throws {
    var config = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&config) != 0 else {
      throw Failure(.software, "libwebp has another version than the one that dp-train was built with")
    }
    let (pixels, stride) = (image.pixels, image.size.width * 3)
    let start = top * stride + left * 3
    config.output.colorspace = MODE_RGB
    config.output.is_external_memory = 1
    config.output.u.RGBA.rgba = pixels.baseAddress.map { $0 + start }
    config.output.u.RGBA.stride = Int32(stride)
    config.output.u.RGBA.size = pixels.count - start
    try check(bytes.withUnsafeBufferPointer { WebPDecode($0.baseAddress, $0.count, &config) }, path: path)
  }

  private func check(_ status: VP8StatusCode, path: String) throws {
    switch status {
    case VP8_STATUS_OK: return
    case VP8_STATUS_OUT_OF_MEMORY: throw Failure(.system, "not enough memory to decode \(path)")
    case VP8_STATUS_SUSPENDED, VP8_STATUS_NOT_ENOUGH_DATA: throw damaged(path, "WebP", "its pixels end early")
    case VP8_STATUS_UNSUPPORTED_FEATURE: throw damaged(path, "WebP", "it needs a feature that libwebp does not know")
    default: throw damaged(path, "WebP", "libwebp cannot read its pixels")
    }
  }
}

/// The parts of a WebP file that libwebp does not report ("WebP Container Specification").
struct WebPParts {
  /// The orientation of the pixels.
  private(set) var orientation = Orientation.upright
  /// The first picture of an animation, and its place.
  private(set) var frame: (bytes: ArraySlice<UInt8>, top: Int, left: Int)?

  /// Reads the parts of a file.
  /// - Throws: `Failure` (data) if the file ends before one of them.
  init(_ bytes: [UInt8], path: String) throws {
    /// The number of `count` bytes at a place.
    func number(_ place: Int, _ count: Int) -> Int {
      bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let end = 8 + number(4, 4)
    guard end <= bytes.count else {
      throw damaged(path, "WebP", "it should have \(end) bytes, but has \(bytes.count)")
    }
    var place = 12
    var hasEXIF = false
    while place + 8 <= end {
      let content = place + 8
      let next = content + number(place + 4, 4)
      guard next <= end else {
        let name = String(decoding: bytes[place..<place + 4], as: UTF8.self)
        throw damaged(
          path, "WebP", "its part \(name.debugDescription) should end at byte \(next), but the file has \(end)")
      }
      switch Array(bytes[place..<place + 4]) {
      case Array("VP8X".utf8) where next > content: hasEXIF = bytes[content] & 0x08 != 0
      case Array("EXIF".utf8) where hasEXIF:
        let part = bytes[content..<next]
        let prefix = Array("Exif\0\0".utf8)
        orientation = Orientation(exif: part.starts(with: prefix) ? part.dropFirst(prefix.count) : part)
      case Array("ANMF".utf8) where frame == nil && next - content >= 16:
        frame = (bytes[content + 16..<next], 2 * number(content + 3, 3), 2 * number(content, 3))
      default: break
      }
      place = next + next % 2
    }
  }
}
