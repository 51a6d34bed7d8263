/// The supported element types of NumPy arrays; the raw value is NumPy's code without the byte order.
public enum NPYElement: String, CaseIterable, Sendable {
  /// IEEE 754 binary16.
  case float16 = "f2"
  /// IEEE 754 binary32.
  case float32 = "f4"
  /// IEEE 754 binary64.
  case float64 = "f8"
  /// Signed, 8 bits.
  case int8 = "i1"
  /// Signed, 16 bits.
  case int16 = "i2"
  /// Signed, 32 bits.
  case int32 = "i4"
  /// Signed, 64 bits.
  case int64 = "i8"
  /// Unsigned, 8 bits.
  case uint8 = "u1"
  /// Unsigned, 16 bits.
  case uint16 = "u2"
  /// Unsigned, 32 bits.
  case uint32 = "u4"
  /// Unsigned, 64 bits.
  case uint64 = "u8"
  /// A truth value in one byte; every value except 0 is true.
  case bool = "b1"

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}
