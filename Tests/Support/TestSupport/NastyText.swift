extension TestRandom {
  private static let scalars: [Unicode.Scalar] =
    Array("\"'<>&\\/`${}()[]|;:#%*\n\r\t ab9-_.=,".unicodeScalars)
    + [
      // Control characters, and an escape sequence's beginning.
      0x00, 0x01, 0x07, 0x08, 0x1B, 0x7F, 0x85, 0x9B,
      // Scalars that combine with the one before or after.
      0x0301, 0x0D4E, 0x200D, 0x20E3, 0xFE0F, 0x1F3FB, 0x0600, 0x110BD,
      // Direction marks, separators, noncharacters, and foreign letters.
      0x202E, 0x2066, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF, 0xE9, 0x3A9, 0x5D0, 0x1F600, 0x10FFFF,
    ].compactMap(Unicode.Scalar.init)

  /// A text of scalars with a special meaning in files, pages and scripts.
  public mutating func nastyText(length: ClosedRange<Int> = 1...12) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: length, using: &self) {
      text.append(TestRandom.scalars[Int.random(in: TestRandom.scalars.indices, using: &self)])
    }
    return String(text)
  }

  private static let values = [
    "null", "true", "[]", "{}", "\"\"", "\"NaN\"", "\"nan\"", "\"inf\"", "-1", "0", "0.5", "1e19", "1e308", "-1e308",
    "1e-320", "1e-20", "1e400", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "[1]", "\"\u{1B}[31m\"",
  ]

  /// A text file with one thing changed: a number or another value, a byte, a line, or its end.
  public mutating func damaged(_ text: [UInt8]) -> [UInt8] {
    var bytes = text
    guard !bytes.isEmpty else { return bytes }
    switch Int.random(in: 0..<10, using: &self) {
    case 0: bytes[Int.random(in: bytes.indices, using: &self)] = UInt8.random(in: 0...255, using: &self)
    case 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &self))
    case 2:
      var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      lines.swapAt(
        Int.random(in: lines.indices, using: &self), Int.random(in: lines.indices, using: &self))
      bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    default:
      // From after a colon, a comma or a bracket to the next.
      let marks = Set(":,[]{}\n".utf8)
      let places = bytes.indices.filter { marks.contains(bytes[$0]) }
      guard let start = places.randomElement(using: &self) else { return bytes }
      let end = bytes[(start + 1)...].firstIndex(where: marks.contains) ?? bytes.count
      let value = TestRandom.values[Int.random(in: TestRandom.values.indices, using: &self)]
      bytes.replaceSubrange(start + 1..<end, with: Array(value.utf8))
    }
    return bytes
  }
}
