import Diagnostics
import Formats

/// Reads JPEG, PNG, WebP and TIFF files, told apart by their first bytes; reuses its memory. For one thread at a time.
///
/// The result is as from PIL's `convert("RGB")` or `convert("L")`: grey, palette and CMYK images are converted,
/// transparency is dropped. Colour profiles and gamma are not applied. Unlike PIL, which cuts off grey levels of 16 bits at 255 and
/// the lower bits of colours, it scales 16 bits to 8 and rounds, unless the format keeps them.
/// Pictures are rotated by EXIF's orientation, as by PIL's `exif_transpose`. Of several pictures in a file, the first is
/// read.
public final class ImageDecoder {
  /// The largest number of pixels that a file may claim; checked before memory is allocated.
  public let pixelLimit: Int
  /// The format of decoded images.
  public let format: PixelFormat
  /// The default limit: 64 million, as much as the largest cameras give.
  public static let defaultPixelLimit = 64_000_000
  private var bytes: [UInt8] = []
  private let jpeg: JPEG
  private let png = PNG()
  private let webP = WebP()
  private let tiff = TIFF()
  private let checked = Image()

  /// A decoder of images of at most `pixelLimit` pixels to a format.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public init(pixelLimit: Int = defaultPixelLimit, format: PixelFormat = PixelFormat()) throws {
    (self.pixelLimit, self.format) = (pixelLimit, format)
    jpeg = try JPEG()
  }

  /// Reads the image at `path` into `image`.
  /// - Throws: `Failure` naming the file: (noInput) if it is missing or not a file, (data) if it is not an image, too
  ///   large, incomplete or damaged. The contents of `image` are then undefined.
  public func decode(_ path: String, into image: Image) throws {
    try readFile(path, into: &bytes, limit: byteLimit)
    try decode(&bytes, name: path, into: image)
  }

  /// Decodes the bytes of an image file, which may be changed; `name` stands for them in messages.
  /// - Throws: `Failure` (data) with the name if they are not an image, too large, incomplete or damaged. The contents of
  ///   `image` are then undefined.
  public func decode(_ bytes: inout [UInt8], name: String, into image: Image) throws {
    try decode(&bytes, of: kind(of: bytes, name: name), name: name, into: image)
  }

  /// Checks whether the image at `path` is sound: faster than decoding, with the same result.
  /// - Returns: the size of the decoded image.
  /// - Throws: as `decode`.
  @discardableResult
  public func check(_ path: String) throws -> ImageSize {
    try readFile(path, into: &bytes, limit: byteLimit)
    return try check(&bytes, name: path)
  }

  /// Checks whether the bytes of an image file, which may be changed, are sound; `name` stands for them in messages.
  /// - Returns: the size of the decoded image.
  /// - Throws: as `decode`.
  @discardableResult
  public func check(_ bytes: inout [UInt8], name: String) throws -> ImageSize {
    let kind = try kind(of: bytes, name: name)
    if kind == .jpeg { return try jpeg.check(&bytes, path: name, pixelLimit: pixelLimit, in: checked) }
    try decode(&bytes, of: kind, name: name, into: checked)
    return checked.size
  }

  /// The most bytes of a file: four channels of 16 bits that do not compress, and some bytes for the rest.
  public var byteLimit: Int { pixelLimit * 8 + (1 << 24) }

  private enum Kind {
    case jpeg, png, webP, tiff
  }

  private func decode(_ bytes: inout [UInt8], of kind: Kind, name: String, into image: Image) throws {
    switch kind {
    case .jpeg: try jpeg.decode(&bytes, path: name, pixelLimit: pixelLimit, format: format, into: image)
    case .png: try png.decode(&bytes, path: name, pixelLimit: pixelLimit, format: format, into: image)
    case .webP: try webP.decode(bytes, path: name, pixelLimit: pixelLimit, format: format, into: image)
    case .tiff: try tiff.decode(bytes, path: name, pixelLimit: pixelLimit, format: format, into: image)
    }
  }

  private func kind(of bytes: [UInt8], name: String) throws -> Kind {
    if bytes.isEmpty { throw Failure(.data, "\(name) is empty", advice: "copy the image again, or remove the file") }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.starts(with: PNG.signature) { return .png }
    if WebP.isMeant(by: bytes) { return .webP }
    if TIFF.signatures.contains(where: bytes.starts) { return .tiff }
    let start = bytes.prefix(4).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count < 2 ? "0\(digits)" : digits
    }
    throw Failure(
      .data, "\(name) is not an image: it begins with the bytes \(start.joined(separator: " "))",
      advice:
        "only JPEG (ff d8 ff), PNG (89 50 4e 47), WebP (52 49 46 46) and TIFF (49 49 or 4d 4d) files are read; the "
        + "ending of the name does not matter")
  }
}

/// The failure of a file whose pixels cannot be decoded.
func damaged(_ path: String, _ format: String, _ reason: String) -> Failure {
  Failure(
    .data, "\(path): this \(format) image is damaged: \(reason)", advice: "copy the image again, or remove the file")
}

/// The failure of a sound file of a kind that is not read.
func unsupported(_ path: String, _ format: String, _ reason: String, advice: String) -> Failure {
  Failure(.data, "\(path): this \(format) image is of a kind that is not read: \(reason)", advice: advice)
}

/// Throws if a header claims more pixels than the limit.
func checkSize(_ size: ImageSize, path: String, pixelLimit: Int) throws {
  let (count, overflow) = size.height.multipliedReportingOverflow(by: size.width)
  guard overflow || count > pixelLimit else { return }
  throw Failure(
    .data, "\(path): according to its header the image has \(size) pixels, but data.megapixels allows \(pixelLimit)",
    advice: "the limit keeps a damaged or hostile file from taking all memory; a larger data.megapixels allows it")
}
