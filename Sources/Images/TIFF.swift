import CTIFF
import Diagnostics

/// A decoder of the first picture of TIFF files, through libtiff.
///
/// Samples of 1 to 16 bits are read to the image's memory pixel by pixel, then changed in place to grey or colours.
final class TIFF {
  /// The first bytes of files with offsets of 32 and of 64 bits, in either order of bytes.
  static let signatures: [[UInt8]] = [
    [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
  ]
  private let turned = Image()
  private let chunk = PixelMemory()
  private static let silence: Void = dpt_tiff_silence()

  /// Decodes a file's bytes to a format.
  func decode(_ bytes: [UInt8], path: String, pixelLimit: Int, format: PixelFormat, into image: Image) throws {
    _ = Self.silence
    let orientation = try bytes.withUnsafeBufferPointer { buffer in
      try withUnsafeTemporaryAllocation(of: dpt_tiff_source.self, capacity: 1) { sources in
        sources.initialize(repeating: dpt_tiff_source())
        sources[0].bytes = buffer.baseAddress
        sources[0].count = UInt64(buffer.count)
        let tiff = dpt_tiff_open(sources.baseAddress)
        defer { dpt_tiff_close(tiff) }
        guard let tiff, let source = sources.baseAddress else {
          let reason = text(of: sources[0].error)
          throw damaged(path, "TIFF", reason.isEmpty ? "its header cannot be read" : reason)
        }
        let facts = dpt_tiff_read_facts(tiff)
        let size = ImageSize(height: Int(facts.height), width: Int(facts.width))
        guard size.height > 0, size.width > 0 else { throw damaged(path, "TIFF", "it has no size") }
        try checkSize(size, path: path, pixelLimit: pixelLimit)
        let reading = TIFFReading(
          tiff: tiff, source: source, facts: facts, layout: try TIFFLayout(facts, path: path), path: path, chunk: chunk)
        try reading.read(size, for: format, pixelLimit: pixelLimit, into: image)
        return Orientation(rawValue: facts.orientation) ?? .upright
      }
    }
    image.convert(to: format)
    try orientation.apply(to: image, copy: turned)
  }
}
