import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The height and width of an image in pixels.
public struct ImageSize: Equatable, Sendable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// A height and a width.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The number of pixels.
  public var count: Int { height * width }

  /// The size of a three-channel image whose memory is enough for this size with four channels.
  var withFourChannels: ImageSize { ImageSize(height: height, width: (width * 4 + 2) / 3) }

  /// For example `375×500`: height first, as in shapes.
  public var description: String { "\(height)×\(width)" }
}

/// An 8-bit RGB image, height × width × 3, whose memory grows to the largest image so far.
public final class Image {
  /// Rows and columns; 0×0 at first.
  public private(set) var size = ImageSize(height: 0, width: 0)
  private var memory: UnsafeMutablePointer<UInt8>?
  private var capacity = 0

  /// An image of no pixels.
  public init() {}

  /// A copy of an image.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public convenience init(copying other: Image) throws {
    self.init()
    try reshape(other.size)
    _ = pixels.update(fromContentsOf: other.pixels)
  }

  deinit {
    free(memory)
  }

  /// Resizes the image; all pixels must then be written. A smaller one keeps the first bytes.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func reshape(_ size: ImageSize) throws {
    if size.count * 3 > capacity {
      guard let larger = malloc(size.count * 3) else {
        throw Failure(.system, "not enough memory for an image of \(size) pixels")
      }
      free(memory)
      memory = larger.bindMemory(to: UInt8.self, capacity: size.count * 3)
      capacity = size.count * 3
    }
    self.size = size
  }

  /// Red, green and blue of each pixel, row by row; valid while the image lives and keeps its size.
  public var pixels: UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(start: memory, count: memory == nil ? 0 : size.count * 3)
  }
}
