/// Parses a decimal number such as `-1.25e-3`, written in all of these bytes, as the nearest float64; nil if they are
/// none. Too large a number is infinite.
func decimalNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
  var place = 0
  var (digits, digitCount, exponent) = (UInt64(0), 0, 0)
  var hasDigits = false

  /// Takes the digits here, which may be after the point.
  func takeDigits(areFraction: Bool) {
    while place < bytes.count, case let digit = bytes[place] &- UInt8(ascii: "0"), digit < 10 {
      digits = digits &* 10 &+ UInt64(digit)
      if digitCount > 0 || digit > 0 { digitCount += 1 }
      if areFraction { exponent -= 1 }
      hasDigits = true
      place += 1
    }
  }

  let isNegative = bytes.first == UInt8(ascii: "-")
  if isNegative || bytes.first == UInt8(ascii: "+") { place = 1 }
  takeDigits(areFraction: false)
  if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
    place += 1
    takeDigits(areFraction: true)
  }
  guard hasDigits else { return nil }
  if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
    place += 1
    guard let power = wholeNumber(bytes, from: &place) else { return nil }
    exponent += power
  }
  guard place == bytes.count else { return nil }
  // Both operands are exact, so that the result is rounded once (Clinger 1990).
  if digitCount <= 19, digits <= 1 << 53, exponent.magnitude < powersOfTen.count {
    let power = powersOfTen[Int(exponent.magnitude)]
    let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
    return isNegative ? -value : value
  }
  return Double(String(decoding: bytes, as: UTF8.self))
}

/// The powers of ten that are exact in float64.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]

/// The whole number at a place, with a sign or without, at most about a million; nil if there is none.
private func wholeNumber(_ bytes: UnsafeBufferPointer<UInt8>, from place: inout Int) -> Int? {
  var sign = 1
  if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") {
    sign = bytes[place] == UInt8(ascii: "-") ? -1 : 1
    place += 1
  }
  var value: Int?
  while place < bytes.count, case let digit = bytes[place] &- UInt8(ascii: "0"), digit < 10 {
    value = min((value ?? 0) * 10 + Int(digit), 1_000_000)
    place += 1
  }
  return value.map { $0 * sign }
}
