import CPNG
import Diagnostics

/// A decoder of PNG images, through libpng's simplified interface; 16 bits are kept through its low-level one.
final class PNG {
  /// The first eight bytes of every PNG file.
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private let turned = Image()

  /// Decodes a file's bytes to a format. It removes chunks from them that would make libpng convert colours.
  func decode(_ bytes: inout [UInt8], path: String, pixelLimit: Int, format: PixelFormat, into image: Image) throws {
    let orientation = try dropColourSpaces(&bytes, path: path)
    var png = png_image()
    png.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&png) }
    try bytes.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&png, source.baseAddress, source.count) != 0 else {
        throw damaged(path, "PNG", png.text)
      }
      let size = ImageSize(height: Int(png.height), width: Int(png.width))
      try checkSize(size, path: path, pixelLimit: pixelLimit)
      // The depth is in the header, which comes first.
      if format.depth == .sixteen, source[24] == 16 {
        let colors: PixelFormat.Colors = png.format & UInt32(PNG_FORMAT_FLAG_COLOR) == 0 ? .grey : .rgb
        try image.reshape(size, format: PixelFormat(colors: colors, depth: .sixteen), for: format)
        try readWide(source, to: image.widePixels, channels: colors.channels, path: path)
      } else {
        try readBytes(&png, size, format, into: image, path: path)
      }
    }
    image.convert(to: format)
    try orientation.apply(to: image, copy: turned)
  }

  private func readBytes(
    _ png: inout png_image, _ size: ImageSize, _ format: PixelFormat, into image: Image, path: String
  ) throws {
    // Otherwise libpng takes 16 bits for linear light.
    png.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let staysGrey = png.format & UInt32(PNG_FORMAT_FLAG_COLOR) == 0 && format.colors == .grey
    let colors = staysGrey ? 0 : UInt32(PNG_FORMAT_FLAG_COLOR)
    try image.reshape(size, format: PixelFormat(colors: staysGrey ? .grey : .rgb), for: format)
    guard png.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0 else {
      png.format = colors
      return try read(&png, to: image.pixels.baseAddress, path: path)
    }
    // Alpha is dropped after reading: libpng would blend it with a background.
    let channels = image.format.channels
    png.format = colors | UInt32(PNG_FORMAT_FLAG_ALPHA)
    try image.reserve(size, bytes: channels + 1)
    let pixels = image.values(as: UInt8.self)
    try read(&png, to: pixels, path: path)
    guard let pixels else { return }
    for pixel in 0..<size.count {
      for channel in 0..<channels { pixels[channels * pixel + channel] = pixels[(channels + 1) * pixel + channel] }
    }
  }

  private func read(_ png: inout png_image, to pixels: UnsafeMutablePointer<UInt8>?, path: String) throws {
    guard png_image_finish_read(&png, nil, pixels, 0, nil) != 0 else {
      throw damaged(path, "PNG", png.text)
    }
  }

  private func readWide(
    _ bytes: UnsafeRawBufferPointer, to samples: UnsafeMutableBufferPointer<UInt16>, channels: Int, path: String
  ) throws {
    var source = dpt_png_source()
    source.bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    source.count = bytes.count
    guard dpt_png_decode_wide(&source, samples.baseAddress, samples.count, channels) != 0 else {
      throw damaged(path, "PNG", text(of: source.error))
    }
  }

  /// Removes gamma, chromaticities and profiles, and checks that the chunks reach the image's end. Returns the
  /// orientation in EXIF's chunk.
  private func dropColourSpaces(_ bytes: inout [UInt8], path: String) throws -> Orientation {
    var orientation = Orientation.upright
    let dropped: Set<String> = ["gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI"]
    var place = PNG.signature.count
    var kept = place
    var name = ""
    while name != "IEND" {
      guard place + 12 <= bytes.count else { throw cutShort(after: name, count: bytes.count, path) }
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      let end = place + 12 + length
      guard end <= bytes.count else {
        throw damaged(
          path, "PNG", "its part \(name.debugDescription) should end at byte \(end), but the file has \(bytes.count)")
      }
      if name == "eXIf" { orientation = Orientation(exif: bytes[place + 8..<end - 4]) }
      if !dropped.contains(name) {
        if kept != place {
          bytes.withUnsafeMutableBytes { memory in
            memory.baseAddress.map { ($0 + kept).copyMemory(from: $0 + place, byteCount: end - place) }
          }
        }
        kept += end - place
      }
      place = end
    }
    bytes.removeSubrange(kept...)
    return orientation
  }

  private func cutShort(after name: String, count: Int, _ path: String) -> Failure {
    damaged(
      path, "PNG",
      "the file ends at byte \(count), "
        + (name.isEmpty ? "before the header" : "after the part \(name.debugDescription)"))
  }
}

extension png_image {
  /// libpng's error message.
  var text: String { Images.text(of: message) }
}

/// The text in a C array of characters.
func text<Characters>(of characters: Characters) -> String {
  withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
