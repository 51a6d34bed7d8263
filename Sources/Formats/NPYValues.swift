import Diagnostics

extension NPYArray {
  /// The elements as float32, in C order; wider types are rounded to the nearest float32, truth values are 0 and 1.
  public func floats() -> [Float] {
    switch element {
    case .float16: values { (bits: UInt16, _) in float(fromHalf: bits) }
    case .float32: values { (bits: UInt32, _) in Float(bitPattern: bits) }
    case .float64: values { (bits: UInt64, _) in Float(Double(bitPattern: bits)) }
    case .int8: values { (value: Int8, _) in Float(value) }
    case .int16: values { (value: Int16, _) in Float(value) }
    case .int32: values { (value: Int32, _) in Float(value) }
    case .int64: values { (value: Int64, _) in Float(value) }
    case .uint8: values { (value: UInt8, _) in Float(value) }
    case .uint16: values { (value: UInt16, _) in Float(value) }
    case .uint32: values { (value: UInt32, _) in Float(value) }
    case .uint64: values { (value: UInt64, _) in Float(value) }
    case .bool: values { (value: UInt8, _) in value == 0 ? 0 : 1 }
    }
  }

  /// The elements as float64, in C order; 64-bit integers are rounded to the nearest float64, truth values are 0 and 1.
  public func doubles() -> [Double] {
    switch element {
    case .float64: values { (bits: UInt64, _) in Double(bitPattern: bits) }
    case .int32: values { (value: Int32, _) in Double(value) }
    case .int64: values { (value: Int64, _) in Double(value) }
    case .uint32: values { (value: UInt32, _) in Double(value) }
    case .uint64: values { (value: UInt64, _) in Double(value) }
    case .float16, .float32, .int8, .int16, .uint8, .uint16, .bool: floats().map(Double.init)
    }
  }

  /// The elements as 32-bit integers, in C order.
  /// - Throws: `Failure` (data) naming the first value that is not an integer of 32 bits, and its index.
  public func int32s() throws -> [Int32] {
    switch element {
    case .float64:
      try values { (bits: UInt64, index) in
        let value = Double(bitPattern: bits)
        return try exact(Int32(exactly: value), value, index)
      }
    case .int64: try values { (value: Int64, index) in try exact(Int32(exactly: value), value, index) }
    case .uint32: try values { (value: UInt32, index) in try exact(Int32(exactly: value), value, index) }
    case .uint64: try values { (value: UInt64, index) in try exact(Int32(exactly: value), value, index) }
    case .int32: values { (value: Int32, _) in value }
    case .int8: values { (value: Int8, _) in Int32(value) }
    case .int16: values { (value: Int16, _) in Int32(value) }
    case .uint8: values { (value: UInt8, _) in Int32(value) }
    case .uint16: values { (value: UInt16, _) in Int32(value) }
    case .bool: values { (value: UInt8, _) in value == 0 ? 0 : 1 }
    case .float16, .float32:
      try floats().enumerated().map { index, value in try exact(Int32(exactly: value), value, index) }
    }
  }

  /// The elements of an array of 64-bit integers, in C order; nil for other types.
  public func int64s() -> [Int64]? {
    element == .int64 ? values { (value: Int64, _) in value } : nil
  }

  /// The elements as text, in C order: whole numbers have all their digits and no point.
  public func texts() -> [String] {
    switch element {
    case .int64: values { (value: Int64, _) in "\(value)" }
    case .uint64: values { (value: UInt64, _) in "\(value)" }
    // A float64 holds all others exactly.
    default: doubles().map { value in Int(exactly: value).map(String.init) ?? value.text }
    }
  }

  private func values<Bits: FixedWidthInteger, Value>(
    _ transform: (Bits, Int) throws -> Value
  ) rethrows -> [Value] {
    try bytes.withUnsafeBytes { try decode($0, count: count, transform) }
  }

  private func exact(_ converted: Int32?, _ value: some CustomStringConvertible, _ index: Int) throws -> Int32 {
    if let converted { return converted }
    throw Failure(
      .data, "\(source): element \(positionText(index)) is \(value), which is not an integer of 32 bits.",
      advice: "Integers from \(Int32.min) to \(Int32.max) are expected here.")
  }

  /// The index along each axis of the element with C-order index `index`, such as `[2, 0]`.
  private func positionText(_ index: Int) -> String {
    var rest = index
    var position: [Int] = []
    for length in shape.reversed() {
      position.append(rest % length)
      rest /= length
    }
    return "\(Array(position.reversed()))"
  }
}
