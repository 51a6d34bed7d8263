import Diagnostics
import Formats

/// Reads image files, one after the other, in memory that is used again; for one thread at a time.
///
/// JPEG and PNG, told apart by their first bytes. Everything becomes 8-bit RGB as with PIL's `convert("RGB")`: grey and
/// palette images and CMYK are converted, transparency is dropped, 16 bits are scaled to 8. As there, colour profiles and
/// gamma are not applied. Pictures are turned as EXIF's orientation says, which is PIL's `exif_transpose`.
public final class ImageDecoder {
  /// The largest number of pixels that a file may claim before any memory is taken for them.
  public let pixelLimit: Int
  /// The limit where none is given: 64 million, as much as the largest cameras make.
  public static let defaultPixelLimit = 64_000_000
  private var bytes: [UInt8] = []
  private let jpeg: JPEG
  private let png = PNG()
  private let checked = Image()

  /// A decoder of images of at most `pixelLimit` pixels.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public init(pixelLimit: Int = defaultPixelLimit) throws {
    self.pixelLimit = pixelLimit
    jpeg = try JPEG()
  }

  /// Reads the image at `path` into `image`.
  /// - Throws: `Failure` naming the file: noInput where it is missing or no file, data where it is no image, too large,
  ///   cut short or damaged; then the image's contents are undefined.
  public func decode(_ path: String, into image: Image) throws {
    switch try open(path) {
    case .jpeg: try jpeg.decode(&bytes, path: path, pixelLimit: pixelLimit, into: image)
    case .png: try png.decode(&bytes, path: path, pixelLimit: pixelLimit, into: image)
    }
  }

  /// Reads the image at `path` to see whether it is sound: faster than decoding, with the same verdict.
  /// - Returns: the size that the image has when it is decoded.
  /// - Throws: `Failure` as `decode` does.
  @discardableResult
  public func check(_ path: String) throws -> ImageSize {
    switch try open(path) {
    case .jpeg: return try jpeg.check(&bytes, path: path, pixelLimit: pixelLimit, in: checked)
    case .png:
      try png.decode(&bytes, path: path, pixelLimit: pixelLimit, into: checked)
      return checked.size
    }
  }

  private enum Format {
    case jpeg
    case png
  }

  private func open(_ path: String) throws -> Format {
    // Four channels of 16 bits that do not compress, and something for the rest.
    try readFile(path, into: &bytes, limit: pixelLimit * 8 + (1 << 24))
    if bytes.isEmpty { throw Failure(.data, "\(path) is empty", advice: "copy the image again, or remove the file") }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.starts(with: PNG.signature) { return .png }
    let start = bytes.prefix(4).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count < 2 ? "0\(digits)" : digits
    }
    throw Failure(
      .data, "\(path) is no image: it begins with the bytes \(start.joined(separator: " "))",
      advice: "JPEG (ff d8 ff) and PNG (89 50 4e 47) are read, whatever the file's name ends in")
  }
}

/// The failure of a file whose pixels cannot be had.
func damaged(_ path: String, _ format: String, _ reason: String) -> Failure {
  Failure(
    .data, "\(path): this \(format) image is damaged: \(reason)", advice: "copy the image again, or remove the file")
}

/// Throws where a header claims more pixels than the limit.
func checkSize(_ size: ImageSize, path: String, pixelLimit: Int) throws {
  let (count, overflow) = size.height.multipliedReportingOverflow(by: size.width)
  guard overflow || count > pixelLimit else { return }
  throw Failure(
    .data, "\(path): by its header the image has \(size) pixels, but data.megapixels allows \(pixelLimit)",
    advice: "the limit keeps a damaged or hostile file from taking all memory; a larger data.megapixels lets it in")
}
