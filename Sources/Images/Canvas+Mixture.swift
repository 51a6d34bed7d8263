import CKernels

extension Canvas {
  /// Keeps the image, and begins a mixture with a share of it.
  func beginMixture(_ share: Double) throws {
    try kept.reshape(size, channels: channels)
    try mixture.reshape(size, channels: channels)
    for channel in 0..<channels { kept[channel].update(from: planes[channel], count: size.count) }
    add(share, to: nil)
  }

  /// Adds a share of the changed image to the mixture, and takes back the image that was kept.
  func addToMixture(_ share: Double) throws {
    add(share, to: mixture)
    for channel in 0..<channels { planes[channel].update(from: kept[channel], count: size.count) }
  }

  /// Replaces the image by the mixture.
  func useMixture() { swap(&planes, &mixture) }

  /// Writes a share of the image, plus `sum` if there is one, to the mixture.
  private func add(_ share: Double, to sum: Planes?) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 2) { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2) { weights in
        for channel in 0..<channels {
          (rows[0], rows[1]) = (UnsafePointer(planes[channel]), sum.map { UnsafePointer($0[channel]) })
          (weights[0], weights[1]) = (Float(share), 1)
          dpt_weighted_rows(rows.baseAddress, weights.baseAddress, sum == nil ? 1 : 2, mixture[channel], size.count)
        }
      }
    }
  }
}
