import CKernels

/// Which pixels the pixels of a larger image are made of, along one axis: tables for the kernels.
final class UpsampledAxis {
  /// The kernels' description, valid as long as this object lives.
  let kernelAxis: dpt_upsampled_axis
  private let places: UnsafeMutablePointer<Int32>
  private let numbers: UnsafeMutablePointer<Float>

  /// An axis of `size` pixels that becomes `scale` times as long.
  init(size: Int, scale: Int, _ mode: Upsample.Mode, alignsCorners: Bool) {
    let outSize = size * scale
    let blends = mode != .nearest && scale > 1
    // The pixels that each one is made of: that below, and the share of the next one.
    let made = (0..<outSize).map { pixel in
      blends
        ? UpsampledAxis.neighbours(of: pixel, size: size, scale: scale, alignsCorners: alignsCorners)
        : (below: pixel / scale, share: 0)
    }
    var seen = [(first: Int, weights: [Float])](repeating: (0, []), count: size)
    func add(_ weight: Float, of pixel: Int, to place: Int) {
      if seen[place].weights.isEmpty { seen[place].first = pixel }
      seen[place].weights.append(weight)
    }
    for (pixel, source) in made.enumerated() {
      add(1 - source.share, of: pixel, to: source.below)
      if source.share > 0 { add(source.share, of: pixel, to: source.below + 1) }
    }
    let row = seen.map(\.weights.count).max() ?? 0

    places = .allocate(capacity: 2 * outSize + 2 * size)
    numbers = .allocate(capacity: outSize + row * size)
    numbers.initialize(repeating: 0, count: outSize + row * size)
    let (above, first) = (places + outSize, places + 2 * outSize)
    let (end, weights) = (first + size, numbers + outSize)
    for (pixel, source) in made.enumerated() {
      (places + pixel).initialize(to: Int32(source.below))
      (above + pixel).initialize(to: Int32(source.below + (source.share > 0 ? 1 : 0)))
      numbers[pixel] = source.share
    }
    for (place, outputs) in seen.enumerated() {
      (first + place).initialize(to: Int32(outputs.first))
      (end + place).initialize(to: Int32(outputs.first + outputs.weights.count))
      for (index, weight) in outputs.weights.enumerated() { weights[place * row + index] = weight }
    }
    kernelAxis = dpt_upsampled_axis(
      size: size, outSize: outSize, blends: blends, below: UnsafePointer(places), above: UnsafePointer(above),
      share: UnsafePointer(numbers), first: UnsafePointer(first), end: UnsafePointer(end),
      weights: UnsafePointer(weights), weightsRow: row)
  }

  deinit {
    places.deallocate()
    numbers.deallocate()
  }

  /// The pixel at or before a place of the smaller image, and the share of the one behind it. Exact but for one division.
  private static func neighbours(
    of pixel: Int, size: Int, scale: Int, alignsCorners: Bool
  ) -> (below: Int, share: Float) {
    // The place as a fraction. At the ends it is the first or the last pixel's.
    let (place, unit) =
      alignsCorners ? (pixel * (size - 1), size * scale - 1) : (max(0, 2 * pixel + 1 - scale), 2 * scale)
    let (below, rest) = place.quotientAndRemainder(dividingBy: unit)
    return below >= size - 1 ? (size - 1, 0) : (below, Float(rest) / Float(unit))
  }
}
