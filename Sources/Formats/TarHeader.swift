/// A block of a tar file that begins a member (POSIX ustar, GNU tar, and the format before them).
struct TarHeader {
  /// The bytes of a block.
  static let blockSize = 512

  /// What a member is.
  enum Kind: Equatable {
    case file
    case folder
    /// The name of the next member.
    case longName
    /// The target of the next member, a link.
    case longLink
    /// Attributes of the next member.
    case attributes
    /// Attributes of all members that follow.
    case commonAttributes
    /// A file with holes, in GNU's format.
    case sparse
    /// Anything else, in words.
    case other(String)
  }

  let name: String
  let kind: Kind
  /// The number of bytes that follow the block, as the header has it.
  let size: Int
  /// Of a file with holes: whether another block of its map follows.
  let continues: Bool

  /// Parses a block; nil if its checksum or its numbers are wrong.
  init?(_ block: ArraySlice<UInt8>) {
    let start = block.startIndex
    func field(_ offset: Int, _ length: Int) -> ArraySlice<UInt8> { block[start + offset..<start + offset + length] }
    func text(_ offset: Int, _ length: Int) -> ArraySlice<UInt8> { field(offset, length).prefix { $0 != 0 } }
    let sum = block.reduce(0) { $0 + Int($1) } - field(148, 8).reduce(0) { $0 + Int($1) } + 8 * 0x20
    // Some old programs add the bytes as signed numbers.
    let negative = block.count { $0 >= 0x80 } - field(148, 8).count { $0 >= 0x80 }
    guard let stated = TarHeader.number(field(148, 8)), stated == sum || stated == sum - 256 * negative,
      let size = TarHeader.number(field(124, 12)), size >= 0
    else { return nil }
    let isPOSIX = field(257, 6).elementsEqual(Array("ustar".utf8) + [0])
    let prefix = isPOSIX ? text(345, 155) : []
    let own = text(0, 100)
    name = TarHeader.name(prefix.isEmpty ? own : prefix + [UInt8(ascii: "/")] + own)
    let type = field(156, 1).first ?? 0
    kind = TarHeader.kind(type, isFolder: type == 0 && own.last == UInt8(ascii: "/"))
    self.size = TarHeader.hasData(type) ? size : 0
    continues = kind == .sparse && field(482, 1).first != 0
  }

  /// The text for the bytes of a name, as tar lists it: bytes that are not UTF-8 become `\351`, and a backslash becomes two, so
  /// that names with different bytes stay different.
  static func name(_ bytes: ArraySlice<UInt8>) -> String {
    if !bytes.contains(UInt8(ascii: "\\")), let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = String.UnicodeScalarView()
    var rest = bytes
    while let first = rest.first {
      var length = 1
      if first == UInt8(ascii: "\\") {
        text.append(contentsOf: "\\\\".unicodeScalars)
      } else if let scalar = TarHeader.scalar(rest) {
        text.append(scalar)
        length = UTF8.width(scalar)
      } else {
        text.append(contentsOf: "\\\(String(first, radix: 8))".unicodeScalars)
      }
      rest = rest.dropFirst(length)
    }
    return String(text)
  }

  /// The first character of bytes, if they begin with one in UTF-8.
  private static func scalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return scalar
  }

  private static func kind(_ type: UInt8, isFolder: Bool) -> Kind {
    switch type {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): isFolder ? .folder : .file
    case UInt8(ascii: "1"), UInt8(ascii: "2"): .other("link")
    case UInt8(ascii: "3"), UInt8(ascii: "4"): .other("device")
    case UInt8(ascii: "5"), UInt8(ascii: "D"): .folder
    case UInt8(ascii: "6"): .other("pipe")
    case UInt8(ascii: "L"): .longName
    case UInt8(ascii: "K"): .longLink
    case UInt8(ascii: "x"), UInt8(ascii: "X"): .attributes
    case UInt8(ascii: "g"): .commonAttributes
    case UInt8(ascii: "S"): .sparse
    default: .other("member of the type \(String(Unicode.Scalar(type)))")
    }
  }

  /// Links, devices, folders and pipes have no data, whatever size they state.
  private static func hasData(_ type: UInt8) -> Bool { !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type) }

  /// An octal number, ended by a blank or zero; or, if the first bit is set, a binary one. Nil if it is neither.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      var value = Int(first & 0x7F)
      for byte in field.dropFirst() {
        guard value <= Int.max >> 8 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
      value = value << 3 | Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}

/// Attributes of a member that its header has no room for (POSIX pax).
struct PaxAttributes {
  var path: String?
  var size: Int?
  var isSparse = false

  /// No attributes.
  init() {}

  /// Parses records `LENGTH KEY=VALUE\n`; nil if they are damaged.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      guard let blank = rest.firstIndex(of: 0x20),
        let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
        length > blank - rest.startIndex + 1, length <= rest.count
      else { return nil }
      let end = rest.startIndex + length
      guard rest[end - 1] == 0x0A, let sign = rest[blank..<end].firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let value = rest[(sign + 1)..<(end - 1)]
      switch String(decoding: rest[(blank + 1)..<sign], as: UTF8.self) {
      case "path": path = TarHeader.name(value)
      case "size":
        guard let number = Int(String(decoding: value, as: UTF8.self)), number >= 0 else { return nil }
        size = number
      case let key where key.hasPrefix("GNU.sparse"): isSparse = true
      default: break
      }
      rest = rest[end...]
    }
  }
}
