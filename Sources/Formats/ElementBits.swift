/// The value of an IEEE 754 binary16 number.
///
/// Not `Float16`, which some platforms lack.
func float(fromHalf bits: UInt16) -> Float {
  let sign: Float = bits & 0x8000 == 0 ? 1 : -1
  let exponent = Int(bits >> 10 & 0x1F)
  let fraction = UInt32(bits & 0x3FF)
  switch exponent {
  case 0: return sign * Float(fraction) * 0x1p-24
  case 31: return Float(bitPattern: UInt32(bits & 0x8000) << 16 | 0x7F80_0000 | fraction << 13)
  default: return Float(bitPattern: UInt32(bits & 0x8000) << 16 | UInt32(exponent + 112) << 23 | fraction << 13)
  }
}

/// The value of a bfloat16 number: the upper half of a float32.
func float(fromBrain bits: UInt16) -> Float {
  Float(bitPattern: UInt32(bits) << 16)
}

/// Decodes `count` little-endian numbers from the start of `bytes`, applying `transform` to each with its index.
///
/// `bytes` must hold at least `count` numbers; it need not be aligned.
func decode<Bits: FixedWidthInteger, Value>(
  _ bytes: UnsafeRawBufferPointer, count: Int, _ transform: (Bits, Int) throws -> Value
) rethrows -> [Value] {
  try [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
    for index in 0..<count {
      let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
      buffer.initializeElement(at: index, to: try transform(Bits(littleEndian: bits), index))
      initialized = index + 1
    }
  }
}

/// The little-endian bytes of `values`.
package func littleEndianBytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
  #if _endian(little)
    values.withUnsafeBytes { Array($0) }
  #else
    values.map { $0.littleEndian }.withUnsafeBytes { Array($0) }
  #endif
}

/// The product of the lengths in `shape`; nil if it, or the product of the lengths other than 0, exceeds `Int`.
func elementCount(_ shape: [Int]) -> Int? {
  var product = 1
  for length in shape where length != 0 {
    let (next, overflow) = product.multipliedReportingOverflow(by: length)
    if overflow { return nil }
    product = next
  }
  return shape.contains(0) ? 0 : product
}

/// A shape for messages: `3 × 4`, or `one value` without axes.
func describe(_ shape: [Int]) -> String {
  shape.isEmpty ? "one value" : shape.map(String.init).joined(separator: " × ")
}
