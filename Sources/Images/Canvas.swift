import CKernels
import Diagnostics
import Tensors

/// An image while it is transformed: red, green and blue as planes of floats from 0 to 1, and the memory for that, used
/// again for every image.
///
/// A transform either changes the planes in place, or writes others (`makeResult`) and then lets these take their place
/// (`useResult`).
public final class Canvas {
  /// Three planes of one size, rows packed.
  struct Planes {
    fileprivate(set) var size = ImageSize(height: 0, width: 0)
    private var memory: FloatBuffer?
    private var gap = 0

    /// Makes room for an image, whose pixels all have to be written then.
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
  private(set) var planes = Planes()
  /// What a transform writes.
  private(set) var result = Planes()
  private var rowMemory: FloatBuffer?
  /// The weights by which a transform resizes, across and down.
  var across = ResampleWeights()
  var down = ResampleWeights()

  /// An empty canvas.
  public init() {}

  /// Rows and columns of the image now.
  public var size: ImageSize { planes.size }

  /// The floats of red (0), green (1) or blue (2), row by row; valid until the image has another size.
  public func plane(_ channel: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: planes[channel], count: size.count)
  }

  /// Takes the pixels of an image.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func load(_ image: Image) throws {
    try planes.reshape(image.size)
    dpt_image_planes(image.pixels.baseAddress, image.size.count, planes[0], planes[1], planes[2])
  }

  /// Writes the image with 8 bits, rounded.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func store(to image: Image) throws {
    try image.reshape(size)
    dpt_image_pixels(planes[0], planes[1], planes[2], size.count, image.pixels.baseAddress)
  }

  /// Writes height × width × 3 floats: (x − mean) / deviation of each channel.
  public func write(_ normalize: Normalize, to destination: UnsafeMutablePointer<Float>) {
    withUnsafeBytes(of: normalize.kernelMean) { mean in
      withUnsafeBytes(of: normalize.kernelFactor) { factor in
        dpt_image_normalize(
          planes[0], planes[1], planes[2], size.count, mean.assumingMemoryBound(to: Float.self).baseAddress,
          factor.assumingMemoryBound(to: Float.self).baseAddress, destination)
      }
    }
  }

  /// Makes room for the planes that a transform is to write.
  func makeResult(_ size: ImageSize) throws {
    try result.reshape(size)
  }

  /// Makes the planes that a transform has written those of the image.
  func useResult() {
    swap(&planes, &result)
  }

  /// A row of so many floats, with room for whole groups behind; what was there before is gone.
  func row(_ count: Int) throws -> UnsafeMutablePointer<Float> {
    if let rowMemory, rowMemory.count >= count { return rowMemory.base }
    let memory = try FloatBuffer(count: count)
    rowMemory = memory
    return memory.base
  }
}
