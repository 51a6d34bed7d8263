import CPNG
import Diagnostics

/// Makes PNG files of 8-bit pixels in memory, through libpng's simplified interface.
public enum PNGEncoder {
  /// The format of a pixel.
  public enum Colors: Int, Sendable {
    /// One byte, from black to white.
    case grey = 1
    /// Red, green and blue, a byte each.
    case rgb = 3
    /// Red, green and blue, not multiplied by the opacity that follows, from 0 to 255.
    case rgba = 4

    fileprivate var format: Int32 {
      switch self {
      case .grey: PNG_FORMAT_GRAY
      case .rgb: Int32(PNG_FORMAT_FLAG_COLOR)
      case .rgba: Int32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
      }
    }
  }

  /// Encodes an image as a PNG file; the pixels are row by row.
  /// - Throws: `Failure` (software) with libpng's message if it cannot encode the image.
  public static func encode(_ pixels: [UInt8], size: ImageSize, colors: Colors) throws -> [UInt8] {
    precondition(
      size.count > 0 && pixels.count == size.count * colors.rawValue, "an image has as many bytes as its size says")
    var png = png_image()
    png.version = UInt32(PNG_IMAGE_VERSION)
    png.width = UInt32(size.width)
    png.height = UInt32(size.height)
    png.format = UInt32(colors.format)
    defer { png_image_free(&png) }
    // An upper bound: uncompressed pixels, one filter byte per row, and the chunks' frames.
    var length = pixels.count + size.height + (pixels.count / 4096 + 1) * 32 + 1024
    var file = [UInt8](repeating: 0, count: length)
    guard png_image_write_to_memory(&png, &file, &length, 0, pixels, 0, nil) != 0 else {
      throw Failure(.software, "libpng cannot encode an image of \(size) pixels: \(png.text)")
    }
    file.removeSubrange(length...)
    return file
  }
}
