import CKernels
import Diagnostics
import Tensors

/// Blurs images with a Gaussian of random width; images are mirrored at their borders.
public struct GaussianBlur: Transform {
  /// The name in recipes.
  public static let name = "gaussian-blur"
  /// True if the range has only one deviation.
  public var isDeterministic: Bool { sigma.lowerBound == sigma.upperBound }
  /// The kernel's height and width, both odd.
  public let kernelSize: ImageSize
  /// The range of the Gaussian's standard deviation in pixels, above 0.
  public let sigma: ClosedRange<Double>

  /// A blur with a kernel of this size, and deviations uniform in a range.
  public init(kernelSize: ImageSize, sigma: ClosedRange<Double> = 0.1...2) {
    self.kernelSize = kernelSize
    self.sigma = sigma
  }

  /// Draws a standard deviation in pixels.
  public func draw(size: ImageSize, random: TransformRandom) -> Double {
    random.uniform(0, in: sigma)
  }

  /// Blurs with a standard deviation in pixels, across first, then down.
  public func apply(_ sigma: Double, to canvas: Canvas) throws {
    let size = canvas.size
    guard size.height > kernelSize.height / 2, size.width > kernelSize.width / 2 else {
      throw Failure(
        .data,
        "\(Self.name) mirrors \(kernelSize.height / 2) rows and \(kernelSize.width / 2) columns beyond the border, "
          + "but the image has \(size) pixels", advice: "a smaller kernelSize, or a resize before it")
    }
    try canvas.makeResult(size)
    let margin = kernelSize.width / 2
    let row = try canvas.row(size.width + 2 * margin)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(kernelSize.height, kernelSize.width)) { weights in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: weights.count) { rows in
        for channel in 0..<canvas.channels {
          let (plane, result) = (canvas.planes[channel], canvas.result[channel])
          fill(weights, count: kernelSize.width, sigma: sigma)
          for tap in 0..<kernelSize.width { rows[tap] = UnsafePointer(row + tap) }
          for place in 0..<size.height {
            mirror(plane + place * size.width, size.width, margin: margin, into: row)
            dpt_weighted_rows(
              rows.baseAddress, weights.baseAddress, kernelSize.width, result + place * size.width, size.width)
          }
          fill(weights, count: kernelSize.height, sigma: sigma)
          for place in 0..<size.height {
            for tap in 0..<kernelSize.height {
              let from = mirrored(place + tap - kernelSize.height / 2, size.height)
              rows[tap] = UnsafePointer(result + from * size.width)
            }
            dpt_weighted_rows(
              rows.baseAddress, weights.baseAddress, kernelSize.height, plane + place * size.width, size.width)
          }
        }
      }
    }
  }

  /// The Gaussian at whole distances from the middle, scaled so that the weights add to 1.
  private func fill(_ weights: UnsafeMutableBufferPointer<Float>, count: Int, sigma: Double) {
    func height(_ tap: Int) -> Double {
      let distance = Double(tap - count / 2) / sigma
      return exponential(max(-700, -0.5 * distance * distance))
    }
    let total = (0..<count).reduce(0) { $0 + height($1) }
    for tap in 0..<count { weights[tap] = Float(height(tap) / total) }
  }

  private func mirror(_ row: UnsafePointer<Float>, _ width: Int, margin: Int, into padded: UnsafeMutablePointer<Float>)
  {
    (padded + margin).update(from: row, count: width)
    for distance in 1..<margin + 1 {
      padded[margin - distance] = row[distance]
      padded[margin + width - 1 + distance] = row[width - 1 - distance]
    }
  }

  /// Mirrors a place into 0 ..< count without repeating the outermost pixel.
  private func mirrored(_ place: Int, _ count: Int) -> Int {
    place < 0 ? -place : place < count ? place : 2 * count - 2 - place
  }
}
