import Diagnostics

/// An array from an IDX file, the format of MNIST: two zero bytes, the element type, the number of axes, each axis's
/// length in 32 bits, then the elements; big endian, the last axis varying fastest. The file may be gzipped.
public struct IDXArray: Sendable {
  /// The element types; the raw value is the format's code.
  public enum Element: UInt8, CaseIterable, Sendable {
    /// Unsigned, 8 bits.
    case uint8 = 0x08
    /// Signed, 8 bits.
    case int8 = 0x09
    /// Signed, 16 bits.
    case int16 = 0x0B
    /// Signed, 32 bits.
    case int32 = 0x0C
    /// IEEE 754 binary32.
    case float32 = 0x0D
    /// IEEE 754 binary64.
    case float64 = 0x0E

    /// The size of one element in bytes.
    public var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }

    /// Whether the elements are whole numbers.
    public var isInteger: Bool { self != .float32 && self != .float64 }
  }

  /// The length of each axis; at least one.
  public let shape: [Int]
  /// The element type.
  public let element: Element
  /// The elements' bytes, big endian.
  public let bytes: [UInt8]

  /// The number of elements.
  public var count: Int { bytes.count / element.byteCount }

  /// Reads the file at `path`. Memory grows with the actual contents, not with the header's claim.
  /// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (data) if it is not an IDX
  ///   file, or holds more or less than its header says.
  public init(contentsOf path: String) throws {
    var contents = IDXContents(source: "'\(path)'")
    try forEachUnpackedChunk(ofFile: path) { try contents.append($0) }
    let header = try contents.finish()
    shape = header.shape
    element = header.element
    bytes = contents.bytes
  }

  /// The elements as float32; float64 is rounded to the nearest float32.
  public func floats() -> [Float] {
    switch element {
    case .uint8: bytes.map { Float($0) }
    case .int8: bytes.map { Float(Int8(bitPattern: $0)) }
    case .int16: values { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case .int32: values { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case .float32: values { (bits: UInt32) in Float(bitPattern: bits) }
    case .float64: values { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    }
  }

  /// The elements as 32-bit integers; nil if they are floats.
  public func int32s() -> [Int32]? {
    switch element {
    case .uint8: bytes.map { Int32($0) }
    case .int8: bytes.map { Int32(Int8(bitPattern: $0)) }
    case .int16: values { (bits: UInt16) in Int32(Int16(bitPattern: bits)) }
    case .int32: values { (bits: UInt32) in Int32(bitPattern: bits) }
    case .float32, .float64: nil
    }
  }

  private func values<Bits: FixedWidthInteger, Value>(_ transform: (Bits) -> Value) -> [Value] {
    bytes.withUnsafeBytes { source in
      decode(source, count: count) { (bits: Bits, _) in transform(bits.byteSwapped) }
    }
  }
}
