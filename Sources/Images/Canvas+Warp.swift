import CKernels

/// Where the pixels of a warped image come from, in places (x, y) counted from the middle.
///
/// A pixel at (x, y) comes from (across · (x, y, 1), down · (x, y, 1)) / (depth · (x, y, 1)).
struct PixelMap: Equatable, Sendable {
  /// For the column.
  var across: SIMD3<Double>
  /// For the row.
  var down: SIMD3<Double>
  /// For the divisor of both.
  var depth = SIMD3<Double>(0, 0, 1)
}

extension Canvas {
  /// Replaces each pixel by the one that `map` names, or by `fill` (red, green and blue from 0 to 1; the first if the image is
  /// grey) if that is outside.
  func warp(_ map: PixelMap, _ interpolation: Interpolation, fill: SIMD3<Double> = .zero) throws {
    try makeResult(size)
    let (from, to) = (planes, result)
    // The kernel reads no others of a grey image.
    let (second, third) = channels == 3 ? (1, 2) : (0, 0)
    func floats(_ vector: SIMD3<Double>) -> (Float, Float, Float) {
      let scaled = vector / map.depth.z
      return (Float(scaled.x), Float(scaled.y), Float(scaled.z))
    }
    let depth = floats(map.depth)
    var warping = dpt_warping(
      from: (UnsafePointer(from[0]), UnsafePointer(from[second]), UnsafePointer(from[third])),
      to: (to[0], to[second], to[third]), channels: channels, height: size.height, width: size.width,
      across: floats(map.across), down: floats(map.down),
      depth: (depth.0, depth.1), fill: (Float(fill.x), Float(fill.y), Float(fill.z)),
      bilinear: interpolation == .bilinear)
    dpt_warp(&warping)
    useResult()
  }
}
