extension NPYElement {
  /// Converts elements of a file to float32. If `isSwapped`, the file has the other byte order than the machine. The elements
  /// must be aligned to their size.
  func convert(
    _ elements: UnsafeRawPointer, count: Int, isSwapped: Bool, to floats: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .float16: widen(elements, count, isSwapped, floats) { (bits: UInt16) in float(ofHalf: bits) }
    case .float32: widen(elements, count, isSwapped, floats) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float64: widen(elements, count, isSwapped, floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .int8: widen(elements, count, isSwapped, floats) { (value: Int8) in Float(value) }
    case .int16: widen(elements, count, isSwapped, floats) { (value: Int16) in Float(value) }
    case .int32: widen(elements, count, isSwapped, floats) { (value: Int32) in Float(value) }
    case .int64: widen(elements, count, isSwapped, floats) { (value: Int64) in Float(value) }
    case .uint8: widen(elements, count, isSwapped, floats) { (value: UInt8) in Float(value) }
    case .uint16: widen(elements, count, isSwapped, floats) { (value: UInt16) in Float(value) }
    case .uint32: widen(elements, count, isSwapped, floats) { (value: UInt32) in Float(value) }
    case .uint64: widen(elements, count, isSwapped, floats) { (value: UInt64) in Float(value) }
    case .bool: widen(elements, count, isSwapped, floats) { (value: UInt8) in value == 0 ? 0 : 1 }
    }
  }

  /// Whether values of this type may be infinite or no numbers as float32.
  public var mayBeNonFinite: Bool { [.float16, .float32, .float64].contains(self) }
}

/// Two loops without branches, so that the compiler makes vector instructions of them.
@inline(__always)
private func widen<Bits: FixedWidthInteger>(
  _ elements: UnsafeRawPointer, _ count: Int, _ isSwapped: Bool, _ floats: UnsafeMutablePointer<Float>,
  _ value: (Bits) -> Float
) {
  let bits = elements.assumingMemoryBound(to: Bits.self)
  if isSwapped {
    for index in 0..<count { floats[index] = value(bits[index].byteSwapped) }
  } else {
    for index in 0..<count { floats[index] = value(bits[index]) }
  }
}

/// The value of an IEEE 754 binary16 number, as `float(fromHalf:)` gives it, but without branches.
@inline(__always)
private func float(ofHalf bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let exponent = UInt32(bits >> 10 & 0x1F)
  let fraction = UInt32(bits & 0x3FF)
  let small = (Float(Int32(bitPattern: fraction)) * 0x1p-24).bitPattern
  let usual = (exponent &+ 112) << 23 | fraction << 13
  let special = 0x7F80_0000 | fraction << 13
  return Float(bitPattern: sign | (exponent == 0 ? small : exponent == 31 ? special : usual))
}
