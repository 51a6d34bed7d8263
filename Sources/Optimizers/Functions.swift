// Double-precision functions made of additions, multiplications and divisions alone, so that they have the same bits
// on every machine of a job; those of the C library differ between versions and processors.

/// baseᵉ for a whole exponent that is not negative, by repeated squaring.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if !rest.isMultiple(of: 2) { result *= square }
    square *= square
    rest /= 2
  }
  return result
}

/// baseᵉ for a base that is not negative, to about 1e-15 (relative) where the result is not far from 1.
func power(_ base: Double, _ exponent: Double) -> Double {
  if let whole = Int(exactly: exponent), whole >= 0 { return power(base, whole) }
  return base == 0 ? 0 : exponential(exponent * naturalLogarithm(base))
}

/// cos πx for x in 0...1.
func cosineOfHalfTurns(_ x: Double) -> Double {
  if x > 0.5 { return -cosineOfHalfTurns(1 - x) }
  // Taylor series up to π/4; beyond, the sine of the complement.
  let isNear = x <= 0.25
  let angle = Double.pi * (isNear ? x : 0.5 - x)
  let square = angle * angle
  var sum = 1.0
  for k in stride(from: 9, through: 0, by: -1) {
    let factors = isNear ? (2 * k + 1) * (2 * k + 2) : (2 * k + 2) * (2 * k + 3)
    sum = 1 - square / Double(factors) * sum
  }
  return isNear ? sum : angle * sum
}

/// ln x for x > 0: the exponent's share, and the series of artanh for the rest.
package func naturalLogarithm(_ x: Double) -> Double {
  let isLow = x.significand < 2.0.squareRoot()
  let reduced = isLow ? x.significand : x.significand / 2
  let exponent = Double(x.exponent) + (isLow ? 0 : 1)
  let ratio = (reduced - 1) / (reduced + 1)
  let square = ratio * ratio
  var sum = 0.0
  for k in stride(from: 11, through: 0, by: -1) { sum = sum * square + 1 / Double(2 * k + 1) }
  return exponent * naturalLogarithmOf2 + 2 * ratio * sum
}

/// eˣ: a power of two, and the Taylor series for the rest.
private func exponential(_ x: Double) -> Double {
  if x < -700 { return 0 }
  if x > 700 { return .infinity }
  let power = (x / naturalLogarithmOf2).rounded()
  let rest = x - power * naturalLogarithmOf2
  var sum = 1.0
  for k in stride(from: 16, through: 1, by: -1) { sum = 1 + rest / Double(k) * sum }
  return Double(sign: .plus, exponent: Int(power), significand: sum)
}

private let naturalLogarithmOf2 = 0.693147180559945309417
