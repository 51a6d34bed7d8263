import CKernels
import Diagnostics
import Tensors

/// An image during its transforms: red, green and blue, or grey, as planes of floats from 0 to 1. The memory is reused for
/// every image.
///
/// A transform either changes the planes in place, or writes new ones (`makeResult`) that then replace them
/// (`useResult`).
public final class Canvas {
  /// Planes of one size, one for each channel, with packed rows.
  struct Planes {
    fileprivate(set) var channels = 3
    fileprivate(set) var size = ImageSize(height: 0, width: 0)
    private var memory: FloatBuffer?
    private var gap = 0

    /// Resizes the planes; all pixels must then be written.
    mutating func reshape(_ size: ImageSize, channels: Int) throws {
      gap = paddedToLanes(size.count)
      if gap * channels > memory?.count ?? 0 { memory = try FloatBuffer(count: gap * channels) }
      (self.size, self.channels) = (size, channels)
    }

    /// The floats of red or grey (0), green (1) or blue (2).
    subscript(channel: Int) -> UnsafeMutablePointer<Float> {
      guard let memory else { preconditionFailure("planes are used before they have a size") }
      return memory.base + channel * gap
    }
  }

  /// Red, green and blue, or grey.
  var planes = Planes()
  /// The planes that a transform writes.
  private(set) var result = Planes()
  /// The image before changes that are mixed, and their mixture so far.
  var kept = Planes()
  var mixture = Planes()
  private var format = PixelFormat()
  private var rowMemory: FloatBuffer?
  /// The weights for resizing, across and down.
  var across = ResampleWeights()
  var down = ResampleWeights()

  /// An empty canvas.
  public init() {}

  /// The current rows and columns.
  public var size: ImageSize { planes.size }

  /// The number of planes.
  public var channels: Int { planes.channels }

  /// The floats of red or grey (0), green (1) or blue (2), row by row; valid until the image has another size.
  public func plane(_ channel: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: planes[channel], count: size.count)
  }

  /// Loads the pixels of an image.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func load(_ image: Image) throws {
    format = image.format
    try planes.reshape(image.size, channels: format.channels)
    switch (format.colors, format.depth) {
    case (.rgb, .eight):
      dpt_image_planes(image.pixels.baseAddress, size.count, planes[0], planes[1], planes[2])
    case (.grey, .eight):
      dpt_plane_from_bytes(image.pixels.baseAddress, 1, size.count, planes[0])
    case (_, .sixteen):
      let words = image.widePixels.baseAddress
      for channel in 0..<channels {
        dpt_plane_from_words(words.map { $0 + channel }, channels, size.count, planes[channel])
      }
    }
  }

  /// Stores the pixels, rounded to the format of the image that was loaded.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public func store(to image: Image) throws {
    try image.reshape(size, format: format)
    switch (format.colors, format.depth) {
    case (.rgb, .eight):
      dpt_image_pixels(planes[0], planes[1], planes[2], size.count, image.pixels.baseAddress)
    case (.grey, .eight):
      dpt_plane_to_bytes(planes[0], size.count, image.pixels.baseAddress, 1)
    case (_, .sixteen):
      let words = image.widePixels.baseAddress
      for channel in 0..<channels {
        dpt_plane_to_words(planes[channel], size.count, words.map { $0 + channel }, channels)
      }
    }
  }

  /// Writes height × width × channels floats: (x − mean) / deviation per channel.
  public func write(_ normalize: Normalize, to destination: UnsafeMutablePointer<Float>) {
    guard channels == 3 else {
      return dpt_plane_normalize(planes[0], size.count, normalize.kernelMean.x, normalize.kernelFactor.x, destination)
    }
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
    try result.reshape(size, channels: channels)
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
