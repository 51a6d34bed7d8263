/// A message of protocol buffers that is being written: https://protobuf.dev/programming-guides/encoding.
///
/// Only what writes small public formats; swift-protobuf would do it, too, but whoever builds a package that depends on it
/// builds Google's compiler and its libraries along, some 600 files of C++.
package struct ProtocolBuffer {
  /// The message so far.
  package private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// An empty message.
  package init() {}

  /// An empty message, and what `body` adds to it.
  package init(_ body: (inout ProtocolBuffer) -> Void) {
    body(&self)
  }

  /// Adds an `int32`, `int64` or `enum`.
  package mutating func add(_ field: Int, _ value: Int64) {
    addKey(field, .varint)
    addVarint(UInt64(bitPattern: value))
  }

  /// Adds a `float`.
  package mutating func add(_ field: Int, _ value: Float) {
    addKey(field, .fixed32)
    addLittleEndian(value.bitPattern)
  }

  /// Adds a `double`.
  package mutating func add(_ field: Int, _ value: Double) {
    addKey(field, .fixed64)
    addLittleEndian(value.bitPattern)
  }

  /// Adds a `string`.
  package mutating func add(_ field: Int, _ value: String) {
    add(field, bytes: value.utf8)
  }

  /// Adds a `bytes`.
  package mutating func add(_ field: Int, bytes value: some Collection<UInt8>) {
    addKey(field, .lengthDelimited)
    addVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Adds a message.
  package mutating func add(_ field: Int, _ message: ProtocolBuffer) {
    add(field, bytes: message.bytes)
  }

  /// Adds a message that `body` writes.
  package mutating func add(_ field: Int, _ body: (inout ProtocolBuffer) -> Void) {
    add(field, ProtocolBuffer(body))
  }

  /// Adds a packed `repeated double`.
  package mutating func add(_ field: Int, packed values: some Collection<Double>) {
    addKey(field, .lengthDelimited)
    addVarint(UInt64(values.count * MemoryLayout<Double>.size))
    for value in values { addLittleEndian(value.bitPattern) }
  }

  /// Adds a packed `repeated float`.
  package mutating func add(_ field: Int, packed values: some Collection<Float>) {
    addKey(field, .lengthDelimited)
    addVarint(UInt64(values.count * MemoryLayout<Float>.size))
    for value in values { addLittleEndian(value.bitPattern) }
  }

  /// Adds a packed `repeated int64`.
  package mutating func add(_ field: Int, packed values: some Collection<Int64>) {
    var list = ProtocolBuffer()
    for value in values { list.addVarint(UInt64(bitPattern: value)) }
    add(field, list)
  }

  private mutating func addKey(_ field: Int, _ type: WireType) {
    addVarint(UInt64(field) << 3 | type.rawValue)
  }

  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func addLittleEndian(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
