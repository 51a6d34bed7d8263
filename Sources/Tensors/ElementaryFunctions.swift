// Functions in double precision, made of operations that IEEE 754 rounds alike on every machine. Those of the C library
// differ between versions and processors.

/// log x for normal x > 0: x = 2^e · m with m from √½ to √2, and log m = 2 artanh((m − 1) / (m + 1)) as a series.
public func naturalLogarithm(_ x: Double) -> Double {
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

/// cos(2π · turn): subtracts the nearest quarter turn exactly, then uses a Taylor series up to π/4.
public func cosine(ofTurn turn: Double) -> Double {
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

/// eˣ, 0 below −700 and infinite above 700: x = n · log 2 + r, and e^r as a Taylor series up to |r| = log 2 / 2.
public func exponential(_ x: Double) -> Double {
  if x.magnitude > 700 { return x < 0 ? 0 : .infinity }
  let n = (x * 1.4426950408889634).rounded()
  let r = x - n * 0.6931471805599453
  var sum = 1.0
  // The first term left out is below 10⁻¹⁷.
  for k in stride(from: 14.0, through: 1, by: -1) { sum = 1 + sum * r / k }
  return Double(sign: .plus, exponent: Int(n), significand: sum)
}

/// baseᵉ for a whole exponent ≥ 0, by repeated squaring.
package func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if !rest.isMultiple(of: 2) { result *= square }
    square *= square
    rest /= 2
  }
  return result
}

/// baseᵉ for a base ≥ 0, with a relative error of about 1e-15 if the result is not far from 1.
package func power(_ base: Double, _ exponent: Double) -> Double {
  if let whole = Int(exactly: exponent), whole >= 0 { return power(base, whole) }
  return base == 0 ? 0 : exponential(exponent * naturalLogarithm(base))
}
