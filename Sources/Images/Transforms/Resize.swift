import CKernels
import Diagnostics

/// Resizes images, bilinear with antialiasing.
public struct Resize: DeterministicTransform {
  /// The size of the results.
  public enum Target: Equatable, Sendable {
    /// The number of pixels of the shorter side; the other side keeps the shape.
    case shorterSide(Int)
    /// Height and width.
    case exact(ImageSize)
  }

  /// The name in recipes.
  public static let name = "resize"
  /// The size of the results.
  public let target: Target

  /// Resizing to a size.
  public init(_ target: Target) {
    self.target = target
  }

  /// The size of the result for an image of size `input`.
  public func outputSize(for input: ImageSize?) -> ImageSize? {
    switch target {
    case .exact(let size): return size
    case .shorterSide(let side):
      guard let input else { return nil }
      let (short, long) = (min(input.height, input.width), max(input.height, input.width))
      let other = Int(Double(side * long) / Double(short))
      return input.height < input.width
        ? ImageSize(height: side, width: other) : ImageSize(height: other, width: side)
    }
  }

  /// Resizes the whole image.
  public func apply(_ parameters: Void, to canvas: Canvas) throws {
    guard let size = outputSize(for: canvas.size) else { return }
    guard size.count <= ImageDecoder.defaultPixelLimit else {
      // A thin strip may pass the decoder but become too large for memory here.
      throw Failure(
        .data, "\(Self.name) makes \(size) pixels of an image of \(canvas.size)",
        advice: "at most \(ImageDecoder.defaultPixelLimit) pixels are made; give both height and width, or crop before")
    }
    try canvas.resize(ImageRegion(top: 0, left: 0, size: canvas.size), to: size)
  }
}

/// A rectangle of an image.
public struct ImageRegion: Equatable, Sendable {
  /// The first row.
  public var top: Int
  /// The first column.
  public var left: Int
  /// Rows and columns.
  public var size: ImageSize

  /// The rectangle with its upper left pixel at (top, left).
  public init(top: Int, left: Int, size: ImageSize) {
    self.top = top
    self.left = left
    self.size = size
  }
}

extension Canvas {
  /// Resizes a region, which must be within the image, to the whole image: down first, then across.
  func resize(_ region: ImageRegion, to size: ImageSize) throws {
    if region == ImageRegion(top: 0, left: 0, size: size), size == self.size { return }
    let stride = self.size.width
    down.prepare(from: region.size.height, to: size.height)
    across.prepare(from: region.size.width, to: size.width)
    let row = try row(region.size.width)
    try makeResult(size)
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: down.taps) { rows in
      down.byOutput.withUnsafeBufferPointer { downWeights in
        for channel in 0..<channels {
          let start = UnsafePointer(planes[channel] + region.top * stride + region.left)
          for place in 0..<size.height {
            for tap in 0..<down.taps { rows[tap] = start + (Int(down.first[place]) + tap) * stride }
            dpt_weighted_rows(
              rows.baseAddress, downWeights.baseAddress.map { $0 + place * down.taps }, down.taps, row,
              region.size.width)
            dpt_resample_row(
              row, across.first, across.byTap, across.taps, result[channel] + place * size.width, size.width)
          }
        }
      }
    }
    useResult()
  }
}
