import CKernels

extension Canvas {
  /// Changes colours by steps, one after the other; saturation and hue change nothing in a grey image. Returns the sum of
  /// the grey values.
  @discardableResult
  func adjust(_ steps: UnsafeBufferPointer<dpt_color_step>) -> Double {
    guard channels == 3 else { return dpt_adjust_greys(planes[0], size.count, steps.baseAddress, steps.count) }
    return dpt_adjust_colors(planes[0], planes[1], planes[2], size.count, steps.baseAddress, steps.count)
  }

  /// Changes colours in one way.
  func adjust(_ kind: dpt_color_kind, _ factor: Double = 0) {
    adjust(dpt_color_step(kind: kind, factor: Float(factor), mean: 0))
  }

  private func adjust(_ step: dpt_color_step) {
    withUnsafePointer(to: step) { _ = adjust(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  /// Takes colours to the mean grey value if `factor` is 0, and away from it if it is more than 1.
  func adjustContrast(_ factor: Double) {
    let total = adjust(UnsafeBufferPointer(start: nil, count: 0))
    adjust(dpt_color_step(kind: DPT_CONTRAST, factor: Float(factor), mean: Float(total / Double(size.count))))
  }

  /// Keeps `bits` bits of each colour as a byte.
  func posterize(bits: Int) {
    if bits < 8 { adjust(DPT_POSTERIZATION, Double(256 - 1 << (8 - bits))) }
  }

  /// Inverts the colours from `threshold` on, a level from 0 to 255.
  func solarize(threshold: Double) {
    // Divided as bytes are, so that a whole threshold equals its own level.
    adjust(dpt_color_step(kind: DPT_SOLARIZATION, factor: Float(threshold) / 255, mean: 0))
  }

  /// Spreads each channel from its least to its greatest value over 0 to 1.
  func stretchContrast() {
    for channel in 0..<channels { dpt_stretch_plane(planes[channel], size.count) }
  }

  /// Makes all levels of each channel about equally frequent, as PIL does.
  func equalize() {
    for channel in 0..<channels { dpt_equalize_plane(planes[channel], size.count) }
  }

  /// Blurs the image if `factor` is 0, and sharpens it if it is more than 1; pixels at the border stay.
  func adjustSharpness(_ factor: Double) throws {
    let size = size
    guard size.height > 2, size.width > 2 else { return }
    try makeResult(size)
    let others = Float((1 - factor) / 13)
    let middle = Float(factor + (1 - factor) * 5 / 13)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 9) { weights in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 9) { rows in
        for tap in 0..<9 { weights[tap] = tap == 4 ? middle : others }
        for channel in 0..<channels {
          let (plane, blurred) = (planes[channel], result[channel])
          blurred.update(from: plane, count: size.width)
          let last = (size.height - 1) * size.width
          (blurred + last).update(from: plane + last, count: size.width)
          for place in 1..<size.height - 1 {
            let start = place * size.width
            for tap in 0..<9 {
              rows[tap] = UnsafePointer(plane + start + (tap / 3 - 1) * size.width + tap % 3)
            }
            blurred[start] = plane[start]
            dpt_weighted_rows(rows.baseAddress, weights.baseAddress, 9, blurred + start + 1, size.width - 2)
            blurred[start + size.width - 1] = plane[start + size.width - 1]
          }
        }
      }
    }
    useResult()
    // A factor of 1 only clamps.
    adjust(DPT_BRIGHTNESS, 1)
  }
}
