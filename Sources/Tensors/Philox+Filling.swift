/// Many numbers of one sample at once, the same bits as one by one.
extension Philox {
  /// Writes uniform numbers in ±bound: (2 · `uniform` − 1) · bound for each element.
  package func fill(_ values: UnsafeMutableBufferPointer<Float>, uniformWithin bound: Float, sample: Int) {
    for first in stride(from: 0, to: values.count, by: 4) {
      let words = words(sample: sample, block: first >> 2)
      for place in 0..<min(4, values.count - first) {
        values[first + place] = (2 * (Float(words[place] >> 8) * 0x1p-24) - 1) * bound
      }
    }
  }

  /// Writes normal numbers: mean + deviation · `normal` for each element.
  package func fill(
    _ values: UnsafeMutableBufferPointer<Float>, normalAround mean: Float, deviation: Float, sample: Int
  ) {
    forEachNormal(count: values.count, sample: sample) { values[$0] = mean + deviation * Float($1) }
  }

  /// The normal numbers of the first elements.
  package func normals(count: Int, sample: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { values, initialized in
      forEachNormal(count: count, sample: sample) { values[$0] = $1 }
      initialized = count
    }
  }

  /// Calls `body` for each of `count` elements with its index, which is 0 for element `start`, and its normal number. `start` is
  /// a multiple of 16; the numbers are made eight pairs at a time.
  @inline(__always)
  package func forEachNormal(
    count: Int, epoch: Int = 0, sample: Int, from start: Int = 0, _ body: (Int, Double) -> Void
  ) {
    for first in stride(from: 0, to: count, by: 16) {
      var (evens, odds) = (SIMD8<UInt32>(), SIMD8<UInt32>())
      for block in 0..<4 {
        let words = words(epoch: epoch, sample: sample, block: (start + first) >> 2 + block)
        (evens[2 * block], evens[2 * block + 1]) = (words.x, words.z)
        (odds[2 * block], odds[2 * block + 1]) = (words.y, words.w)
      }
      let (cosines, sines) = normalPairs(evens, odds)
      for lane in 0..<min(8, (count - first + 1) / 2) {
        body(first + 2 * lane, cosines[lane])
        if first + 2 * lane + 1 < count { body(first + 2 * lane + 1, sines[lane]) }
      }
    }
  }
}

/// Eight pairs of normal numbers, each of two words: `Philox.normal` of an even element, and of the next.
///
/// Each lane goes through the operations of `naturalLogarithm` and `cosine(ofTurn:)`, which round alike.
func normalPairs(_ first: SIMD8<UInt32>, _ second: SIMD8<UInt32>) -> (SIMD8<Double>, SIMD8<Double>) {
  let logarithm = naturalLogarithm((doubles(SIMD8<UInt64>(truncatingIfNeeded: first)) + 1) * 0x1p-32)
  let radius = (-2 * logarithm).squareRoot()
  let words = SIMD8<UInt64>(truncatingIfNeeded: second)
  // The nearest quarter turn, 0 to 4. The sine is the cosine of a turn less a quarter, of which the nearest quarter is one less.
  let quarter = (words &+ (1 << 29)) &>> 30
  let x = (doubles(words) * 0x1p-32 - doubles(quarter) / 4) * 6.283185307179586
  let square = x * x
  var (cosine, sine) = (SIMD8<Double>(repeating: 1), SIMD8<Double>(repeating: 1))
  var k = 18.0
  while k >= 2 {
    cosine = 1 - cosine * square / (k * (k - 1))
    sine = 1 - sine * square / (k * (k + 1))
    k -= 2
  }
  sine *= x
  let isOdd = quarter & 1 .== 1
  // Times −1, since the minus of vectors makes +0 of 0.
  let isNegative = (quarter &+ 1) & 2 .== 2
  let turned = cosine.replacing(with: sine, where: isOdd)
  let other = sine.replacing(with: cosine, where: isOdd)
  let cosines = radius * turned.replacing(with: -1 * turned, where: isNegative)
  // The cosine of a quarter less: of an odd quarter ±cosine, of an even one ±sine.
  var sines = radius * other.replacing(with: -1 * other, where: quarter & 2 .== 2)
  if any(words .== 1 << 29) {
    // Halfway between two quarters, negative numbers are rounded the other way.
    for lane in 0..<8 where words[lane] == 1 << 29 { sines[lane] = radius[lane] * Tensors.cosine(ofTurn: -0.125) }
  }
  return (cosines, sines)
}

/// log x in each lane, for normal x > 0; as `naturalLogarithm` of one number.
private func naturalLogarithm(_ x: SIMD8<Double>) -> SIMD8<Double> {
  let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self)
  var exponent = doubles(bits &>> 52) - 1023
  var m = unsafeBitCast(bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000, to: SIMD8<Double>.self)
  let isLarge = m .> 1.4142135623730951
  m.replace(with: m / 2, where: isLarge)
  exponent.replace(with: exponent + 1, where: isLarge)
  let s = (m - 1) / (m + 1)
  let square = s * s
  var sum = SIMD8<Double>(repeating: 0)
  var degree = 21.0
  while degree >= 1 {
    sum = sum * square + 1 / degree
    degree -= 2
  }
  return exponent * 0.6931471805599453 + 2 * s * sum
}

/// Whole numbers below 2⁵² as doubles: as the last bits of a double from 2⁵² on.
private func doubles(_ values: SIMD8<UInt64>) -> SIMD8<Double> {
  unsafeBitCast(values | 0x4330_0000_0000_0000, to: SIMD8<Double>.self) - 0x1p52
}
