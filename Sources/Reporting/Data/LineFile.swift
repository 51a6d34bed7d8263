import Diagnostics
import Foundation

/// A file with one JSON object per line, which may still grow. It is read line by line without loading it whole.
struct LineFile {
  private static let block = 1 << 20

  let path: String

  /// Calls `body` for each complete line. An unfinished line at the end is left out.
  /// - Throws: `Failure` (noInput) if the file cannot be read, or what `body` throws.
  func forEach(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard let file = fopen(path, "r") else {
      throw Failure(.noInput, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: LineFile.block)
    var filled = 0
    while true {
      if filled == buffer.count { buffer.append(contentsOf: [UInt8](repeating: 0, count: buffer.count)) }
      let count = buffer.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { fread($0 + filled, 1, bytes.count - filled, file) } ?? 0
      }
      guard count > 0 else { return }
      filled += count
      let used = try buffer.withUnsafeBytes { bytes in
        try split(UnsafeRawBufferPointer(rebasing: bytes[..<filled]), body)
      }
      buffer.withUnsafeMutableBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        memmove(start, start + used, filled - used)
      }
      filled -= used
    }
  }

  /// Calls `body` for the complete lines. Returns how many bytes they take.
  private func split(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var start = 0
    while let end = memchr(base + start, 0x0A, bytes.count - start) {
      let length = UnsafeRawPointer(end) - (base + start)
      if length > 0 { try body(UnsafeRawBufferPointer(start: base + start, count: length)) }
      start += length + 1
    }
    return start
  }
}
