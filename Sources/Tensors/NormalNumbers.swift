extension Philox {
  /// A normal number of mean 0 and deviation 1: even and odd elements are the cosine and sine of one pair of words
  /// (Box & Muller 1958).
  ///
  /// Logarithm, cosine and sine are this file's, made of operations that IEEE 754 rounds alike on every machine; the
  /// result is within 10⁻¹⁴ of the exact one, and never beyond ±6.7.
  public func normal(epoch: Int = 0, sample: Int, element: Int) -> Double {
    let first = word(epoch: epoch, sample: sample, element: element & ~1)
    let second = word(epoch: epoch, sample: sample, element: element | 1)
    let radius = (-2 * naturalLogarithm((Double(first) + 1) * 0x1p-32)).squareRoot()
    let turn = Double(second) * 0x1p-32
    return radius * (element & 1 == 0 ? cosine(ofTurn: turn) : cosine(ofTurn: turn - 0.25))
  }
}

/// log x for normal x > 0: x = 2^e · m with m from √½ to √2, and log m = 2 artanh((m − 1) / (m + 1)) as a series.
func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Double(x.exponent)
  var m = x.significand
  if m > 1.4142135623730951 {
    m /= 2
    exponent += 1
  }
  let s = (m - 1) / (m + 1)
  let square = s * s
  var sum = 0.0
  // s² is at most 0.0295, so the first term left out is below 10⁻¹⁷.
  for degree in stride(from: 21, through: 1, by: -2) { sum = sum * square + 1 / Double(degree) }
  return exponent * 0.6931471805599453 + 2 * s * sum
}

/// cos(2π · turn): the nearest quarter is taken off exactly, then a Taylor series up to π/4.
func cosine(ofTurn turn: Double) -> Double {
  let quarter = (turn * 4).rounded()
  let x = (turn - quarter / 4) * 6.283185307179586
  let square = x * x
  var (cosine, sine) = (1.0, 1.0)
  for k in stride(from: 18.0, through: 2, by: -2) {
    cosine = 1 - cosine * square / (k * (k - 1))
    sine = 1 - sine * square / (k * (k + 1))
  }
  sine *= x
  switch Int(quarter) & 3 {
  case 0: return cosine
  case 1: return -sine
  case 2: return -cosine
  default: return sine
  }
}
