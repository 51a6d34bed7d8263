import CKernels
import Diagnostics
import Tensors

/// An image during its transforms: red, green and blue as planes of floats from 0 to 1. The memory is reused for every
/// image.
///
/// A transform either changes the planes in place, or writes new ones (`makeResult`) that then replace them
/// (`useResult`).
public final class Canvas {
  /// Three planes of one size, with packed rows.
  struct Planes {
    fileprivate(set) var size = ImageSize(height: 0, width: 0)
    private var memory: FloatBuffer?
    private var gap = 0

    /// Resizes the planes; all pixels must then be written.
    mutating func reshape(_ size: ImageSize) throws {
      gap = paddedToLanes(size.count)
      if gap * 3 > memory?.count ?? 0 { memory = try FloatBuffer(count: gap * 3) }
      self.size = size
    }

    /// The floats of red (0), green (1) or blue (2).
    subscript(channel: Int) -> UnsafeMutablePointer<Float> {
      guard let memory else { preconditionFailure("planes are used before they have a size") }
      return memory.base + channel * gap
    }
  }

  /// Red, green and blue.
  var planes = Planes()
  /// The planes that a transform writes.
  private(set) var result = Planes()
  /// The image before changes that are mixed, and their mixture so far.
  var kept = Planes()
  var mixture = Planes()
  private var rowMemory: FloatBuffer?
  /// The weights for resizing, across and down.
  var across = ResampleWeights()
  var down = ResampleWeights()

  /// An empty canvas.
  public init() {}

  /// The current rows and columns.
  public var size: ImageSize { planes.size }

  /// The floats of red (0), green (1) or blue (2), row by row; valid until the image has another size.
  public func plane(_ channel: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: planes[channel], count: size.count)
  }

  /// Loads the pixels of an image.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func load(_ image: Image) throws {
    try planes.reshape(image.size)
    dpt_image_planes(image.pixels.baseAddress, image.size.count, planes[0], planes[1], planes[2])
  }

  /// Stores the pixels, rounded to 8 bits.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func store(to image: Image) throws {
    try image.reshape(size)
    dpt_image_pixels(planes[0], planes[1], planes[2], size.count, image.pixels.baseAddress)
  }

  /// Writes height × width × 3 floats: (x − mean) / deviation per channel.
  public func write(_ normalize: Normalize, to destination: UnsafeMutablePointer<Float>) {
    withUnsafeBytes(of: normalize.kernelMean) { mean in
      withUnsafeBytes(of: normalize.kernelFactor) { factor in
        dpt_image_normalize(
          planes[0], planes[1], planes[2], size.count, mean.assumingMemoryBound(to: Float.self).baseAddress,
          factor.assumingMemoryBound(to: Float.self).baseAddress, destination)
      }
    }
  }

  /// Resizes the planes that a transform writes.
  func makeResult(_ size: ImageSize) throws {
    try result.reshape(size)
  }

  /// Replaces the image by the written planes.
  func useResult() {
    swap(&planes, &result)
  }

  /// Memory for `count` floats, rounded up to whole groups; earlier contents are lost.
  func row(_ count: Int) throws -> UnsafeMutablePointer<Float> {
    if let rowMemory, rowMemory.count >= count { return rowMemory.base }
    let memory = try FloatBuffer(count: count)
    rowMemory = memory
    return memory.base
  }
}
