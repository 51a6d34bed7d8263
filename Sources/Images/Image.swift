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

  /// For example `375×500`: height first, as in shapes.
  public var description: String { "\(height)×\(width)" }
}

/// An image, height × width × channels, whose memory grows to the largest image so far.
public final class Image {
  /// Rows and columns; 0×0 at first.
  public private(set) var size = ImageSize(height: 0, width: 0)
  /// The channels of a pixel, and their bits.
  public private(set) var format = PixelFormat()
  private let memory = PixelMemory()

  /// An image of no pixels.
  public init() {}

  /// A copy of an image.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public convenience init(copying other: Image) throws {
    self.init()
    try reshape(other.size, format: other.format)
    _ = pixels.update(fromContentsOf: other.pixels)
  }

  /// Resizes the image; all pixels must then be written. A smaller one keeps the first bytes.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func reshape(_ size: ImageSize, format: PixelFormat = PixelFormat()) throws {
    try reserve(size, bytes: format.bytes)
    (self.size, self.format) = (size, format)
  }

  /// The bytes of all pixels, row by row: red, green and blue, or one grey level. A channel of 16 bits has two, as
  /// `widePixels` reads them. Valid while the image lives and keeps its size.
  public var pixels: UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(start: values(), count: memory.base == nil ? 0 : size.count * format.bytes)
  }

  /// The channels of all pixels, row by row, if they have 16 bits; valid as `pixels`.
  public var widePixels: UnsafeMutableBufferPointer<UInt16> {
    precondition(format.depth == .sixteen, "the image has 8 bits")
    return UnsafeMutableBufferPointer(start: values(), count: memory.base == nil ? 0 : size.count * format.channels)
  }

  /// Makes room for `bytes` bytes of each pixel of a size, which `values` then reaches.
  func reserve(_ size: ImageSize, bytes: Int) throws {
    try memory.reserve(size, bytes: bytes)
  }

  /// The memory as values of a type.
  func values<Value: BitwiseCopyable>(as type: Value.Type = Value.self) -> UnsafeMutablePointer<Value>? {
    memory.base?.bindMemory(to: type, capacity: memory.capacity / MemoryLayout<Value>.stride)
  }

  /// Changes the format; the memory must be enough, and all pixels must then be written.
  func reinterpret(as format: PixelFormat) {
    precondition(size.count * format.bytes <= memory.capacity, "the memory is too small")
    self.format = format
  }
}
