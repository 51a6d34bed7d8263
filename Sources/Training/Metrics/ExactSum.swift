/// A sum of doubles without rounding, so that it does not depend on the order of the terms, nor on which rank added which.
///
/// The sum is a whole number of 2⁻¹⁰⁷⁴, the least double, in digits of 32 bits (Kulisch's long accumulator). It is rounded once,
/// when it is read.
struct ExactSum {
  /// The digits of all doubles, and two for carries.
  static let digitCount = 68
  private static let base: Int64 = 1 << 32
  private static let lowest = 1074

  /// Each a signed number of up to 63 bits; between 0 and 2³² after `carry`, except the last.
  private(set) var digits = [Int64](repeating: 0, count: digitCount)
  /// The additions since the last `carry`. Each adds less than 2³² to a digit.
  private var pending = 0
  /// Whether a term was infinite or NaN: then there is no sum.
  private(set) var isUndefined = false

  /// Zero.
  init() {}

  /// Adds a term.
  mutating func add(_ term: Double) {
    guard term != 0 else { return }
    guard term.isFinite else {
      isUndefined = true
      return
    }
    let bits = term.significandBitPattern | (term.isNormal ? 1 << 52 : 0)
    let place = max(Int(term.exponentBitPattern), 1) - 1
    let (digit, shift) = (place / 32, UInt64(place % 32))
    let low = (bits & 0xffff_ffff) << shift
    let high = (bits >> 32) << shift + low >> 32
    let parts = (Int64(low & 0xffff_ffff), Int64(high & 0xffff_ffff), Int64(high >> 32))
    if term > 0 {
      digits[digit] += parts.0
      digits[digit + 1] += parts.1
      digits[digit + 2] += parts.2
    } else {
      digits[digit] -= parts.0
      digits[digit + 1] -= parts.1
      digits[digit + 2] -= parts.2
    }
    pending += 1
    if pending == 1 << 30 { carry() }
  }

  /// Adds another sum.
  mutating func add(_ other: ExactSum) {
    var other = other
    other.carry()
    carry()
    for index in digits.indices { digits[index] += other.digits[index] }
    isUndefined = isUndefined || other.isUndefined
    carry()
  }

  /// Brings all digits but the last between 0 and 2³².
  private mutating func carry() {
    for index in 0..<digits.count - 1 {
      let over = digits[index] >> 32
      digits[index] -= over * ExactSum.base
      digits[index + 1] += over
    }
    pending = 0
  }

  /// The sum, off by at most two units in the last place; NaN if a term was not finite.
  var value: Double {
    if isUndefined { return .nan }
    var sum = self
    sum.carry()
    let isNegative = sum.digits[sum.digits.count - 1] < 0
    if isNegative {
      for index in sum.digits.indices { sum.digits[index].negate() }
      sum.carry()
    }
    guard let top = sum.digits.lastIndex(where: { $0 != 0 }) else { return 0 }
    var result = 0.0
    for index in max(0, top - 3)...top { result = result * 0x1p-32 + Double(sum.digits[index]) }
    let size = Double(sign: .plus, exponent: 32 * top - ExactSum.lowest, significand: result)
    return isNegative ? -size : size
  }

  /// The sum in two parts, which together have twice a double's digits.
  var parts: (high: Double, low: Double) {
    let high = value
    guard high.isFinite else { return (high, 0) }
    var rest = self
    rest.add(-high)
    return (high, rest.value)
  }
}

extension ExactSum {
  /// The numbers from which another rank makes the sum again.
  var words: [Int64] {
    var sum = self
    sum.carry()
    return [isUndefined ? 1 : 0] + sum.digits
  }

  /// How many these are.
  static let wordCount = digitCount + 1

  /// A sum of `words`.
  init(words: ArraySlice<Int64>) {
    isUndefined = words.first != 0
    digits = Array(words.dropFirst())
  }
}
