/// A buffer of JSON lines, many times faster than `JSONEncoder`, for lines that are written every step.
///
/// Numbers that JSON cannot express become the texts "inf", "-inf" and "nan", as with `JSONEncoder.withSpecialNumbers`.
struct JSONLines {
  /// The lines so far.
  private(set) var bytes: [UInt8] = []

  /// Empties the buffer but keeps its memory.
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Adds text unchanged: names, brackets, commas.
  mutating func add(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Adds a whole number.
  mutating func add(_ value: Int) {
    bytes.append(contentsOf: value.description.utf8)
  }

  /// Adds a number with as many digits as identify it.
  mutating func add(_ value: Double) {
    value.isFinite ? bytes.append(contentsOf: value.description.utf8) : add(special: value)
  }

  /// Adds a float with as many digits as identify it among floats.
  mutating func add(_ value: Float) {
    value.isFinite ? bytes.append(contentsOf: value.description.utf8) : add(special: Double(value))
  }

  /// Adds a whole line, which has no end of line yet.
  mutating func add(line: some Sequence<UInt8>) {
    bytes.append(contentsOf: line)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Adds a text in quotes.
  mutating func add(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u00\(digits.count < 2 ? "0" : "")\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Adds a list; `body` adds each element.
  mutating func add<T>(list: some Sequence<T>, _ body: (inout JSONLines, T) -> Void) {
    bytes.append(UInt8(ascii: "["))
    var isFirst = true
    for element in list {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      body(&self, element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func add(special value: Double) {
    value.isNaN ? add("\"nan\"") : value < 0 ? add("\"-inf\"") : add("\"inf\"")
  }
}
