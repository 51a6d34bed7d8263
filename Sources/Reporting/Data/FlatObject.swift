import Foundation

/// One line of `metrics.jsonl`: a JSON object whose values are numbers and short texts, without escapes or nesting.
///
/// Foundation's decoder takes about 20 µs per line, which is seconds for a report of 100,000 steps.
struct FlatObject {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// A value as written, without a text's quotes.
  struct Value {
    fileprivate let bytes: Slice<UnsafeRawBufferPointer>

    /// The value as a text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The value as a number, or one of the texts of `JSONEncoder.withSpecialNumbers` for numbers that JSON cannot
    /// express.
    var number: Double? {
      guard !bytes.isEmpty, bytes.count < 48 else { return nil }
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 48) { text in
        for (place, byte) in bytes.enumerated() { text[place] = CChar(bitPattern: byte) }
        text[bytes.count] = 0
        guard let start = text.baseAddress else { return nil }
        var end: UnsafeMutablePointer<CChar>?
        let value = strtod(start, &end)
        return end == start + bytes.count ? value : nil
      }
    }
  }

  /// Calls `body` for each member with its name as bytes. Returns false if the line is not such an object.
  func forEach(_ body: (_ name: Slice<UnsafeRawBufferPointer>, _ value: Value) -> Void) -> Bool {
    let quote = UInt8(ascii: "\"")
    var place = skip(bytes.startIndex, UInt8(ascii: "{"))
    guard place > bytes.startIndex, bytes.last == UInt8(ascii: "}") else { return false }
    while place < bytes.endIndex - 1 {
      guard bytes[place] == quote, let end = bytes[(place + 1)...].firstIndex(of: quote) else { return false }
      let name = bytes[place + 1..<end]
      place = skip(end + 1, UInt8(ascii: ":"))
      guard place > end + 1, place < bytes.endIndex else { return false }
      let isText = bytes[place] == quote
      if isText { place += 1 }
      guard
        let stop = bytes[place...].firstIndex(where: {
          isText ? $0 == quote : $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}")
        })
      else { return false }
      body(name, Value(bytes: bytes[place..<stop]))
      place = isText ? stop + 1 : stop
      if bytes[place] == UInt8(ascii: ",") { place += 1 }
    }
    return true
  }

  /// The place after `byte`, if it is at `place`; else `place`.
  private func skip(_ place: Int, _ byte: UInt8) -> Int {
    place < bytes.endIndex && bytes[place] == byte ? place + 1 : place
  }
}
