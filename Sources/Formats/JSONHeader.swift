/// A JSON value for safetensors headers: objects keep their order and repeated keys, integers stay exact.
enum JSONHeader {
  case object([(key: String, value: JSONHeader)])
  case array([JSONHeader])
  case string(String)
  case integer(Int)
  /// null, true, false, and numbers that are not 64-bit integers: a valid header has none of them.
  case other

  /// Parses one JSON value (RFC 8259), which only white space may follow; throws `JSONFault`.
  init(parsing bytes: ArraySlice<UInt8>) throws(JSONFault) {
    var parser = JSONParser(rest: bytes, start: bytes.startIndex)
    self = try parser.value(depth: 0)
    parser.skipSpaces()
    if !parser.rest.isEmpty { throw parser.fault("there is text after the end") }
  }
}

/// Says where and why a text is not JSON.
struct JSONFault: Error {
  var text: String
  /// The offset in bytes from the start of the text.
  var offset: Int
}

private struct JSONParser {
  var rest: ArraySlice<UInt8>
  let start: Int

  func fault(_ text: String) -> JSONFault {
    JSONFault(text: text, offset: rest.startIndex - start)
  }

  mutating func skipSpaces() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func value(depth: Int) throws(JSONFault) -> JSONHeader {
    // Limits the use of the stack; headers need a depth of three.
    if depth > 16 { throw fault("values are nested too deeply") }
    skipSpaces()
    switch rest.first {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    default: return try word()
    }
  }

  private mutating func members(depth: Int) throws(JSONFault) -> [(key: String, value: JSONHeader)] {
    _ = skip("{")
    var members: [(key: String, value: JSONHeader)] = []
    if skip("}") { return members }
    repeat {
      skipSpaces()
      let key = try string()
      if !skip(":") { throw fault("':' is missing") }
      members.append((key, try value(depth: depth + 1)))
    } while skip(",")
    if !skip("}") { throw fault("'}' is missing") }
    return members
  }

  private mutating func elements(depth: Int) throws(JSONFault) -> [JSONHeader] {
    _ = skip("[")
    var elements: [JSONHeader] = []
    if skip("]") { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while skip(",")
    if !skip("]") { throw fault("']' is missing") }
    return elements
  }

  /// A number, true, false or null.
  private mutating func word() throws(JSONFault) -> JSONHeader {
    let word = rest.prefix { byte in
      let scalar = Unicode.Scalar(byte)
      return "+-.".unicodeScalars.contains(scalar) || ("0"..."9").contains(scalar)
        || ("a"..."z").contains(scalar) || scalar == "E"
    }
    let text = String(decoding: word, as: UTF8.self)
    guard isNumber(word) || ["true", "false", "null"].contains(text) else { throw fault("a value is missing") }
    rest = rest.dropFirst(word.count)
    return Int(text).map(JSONHeader.integer) ?? .other
  }

  private mutating func string() throws(JSONFault) -> String {
    if !skip("\"") { throw fault("a string is missing") }
    var units: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else { throw fault("a string is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): units += Array(String(try escape()).utf8)
      case ..<0x20: throw fault("a string holds a control character")
      default: units.append(byte)
      }
    }
    throw fault("a string has no end")
  }

  private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
    let letter = rest.popFirst().map { Unicode.Scalar($0) }
    switch letter {
    case "\"", "\\", "/": return letter ?? "/"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      let unit = try hexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // Beyond 16 bits: a surrogate pair.
      if unit < 0xDC00, rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") {
        let low = try hexadecimal()
        if (0xDC00...0xDFFF).contains(low),
          let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
          return scalar
        }
      }
      throw fault("a string holds half a surrogate pair")
    default: throw fault("a string holds an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
    let digits = rest.prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4, text.allSatisfy({ $0.isASCII && $0.isHexDigit }), let value = UInt32(text, radix: 16)
    else {
      throw fault("a string holds an unknown escape")
    }
    rest = rest.dropFirst(4)
    return value
  }
}

/// Whether `word` is a number in JSON's grammar: no leading zeros, digits on both sides of a point.
private func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
  var rest = word
  func skip(_ characters: String) -> Bool {
    guard let first = rest.first, characters.utf8.contains(first) else { return false }
    rest = rest.dropFirst()
    return true
  }
  func skipDigits() -> Bool {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest.dropFirst(digits.count)
    return !digits.isEmpty
  }
  _ = skip("-")
  if !skip("0") && !skipDigits() { return false }
  if skip(".") && !skipDigits() { return false }
  if skip("eE") {
    _ = skip("+-")
    if !skipDigits() { return false }
  }
  return rest.isEmpty
}
