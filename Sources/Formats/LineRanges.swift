import Foundation

/// Finds the lines of a text file that are neither blank nor a comment, which begins with `#`.
struct LineRanges {
  /// The number of the last line found, from 1.
  private(set) var number = 0
  /// The place after the last line found.
  private(set) var position = 0

  /// Begins with the first line of a file; a byte order mark is skipped.
  init(_ bytes: [UInt8]) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next line without blanks at its ends and without its end (LF or CR LF); nil at the end of the file.
  mutating func next(_ bytes: [UInt8]) -> Range<Int>? {
    bytes.withUnsafeBufferPointer { bytes in
      while position < bytes.count, let base = bytes.baseAddress {
        var start = position
        let found = memchr(base + start, 0x0A, bytes.count - start)
        var end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
        position = end + 1
        number += 1
        while start < end, isBlank(bytes[start]) { start += 1 }
        while start < end, isBlank(bytes[end - 1]) { end -= 1 }
        if start < end, bytes[start] != UInt8(ascii: "#") { return start..<end }
      }
      return nil
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
