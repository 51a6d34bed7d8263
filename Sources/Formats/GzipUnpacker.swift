import CZlib
import Diagnostics

/// Unpacks gzip data (RFC 1952) chunk by chunk, through zlib, which checks the CRC-32 and the length.
///
/// Members may follow each other, as in joined gzip files; anything else after a member is an error.
final class GzipUnpacker {
  private let source: String
  /// At a fixed address, which zlib keeps.
  private let stream: UnsafeMutablePointer<z_stream>
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private var isAtEnd = false

  /// Starts unpacking; `source` is the file's name in messages.
  init(source: String) throws {
    self.source = source
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, the format's maximum; 16 more select gzip's header and check.
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw Failure(.system, "\(source) cannot be unpacked: zlib cannot begin (\(String(cString: zError(code)))).")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    buffer.deallocate()
  }

  /// Unpacks the file's next bytes and calls `body` with the results.
  /// - Throws: `Failure` (data) if the bytes are damaged, and what `body` throws.
  func append(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    // zlib's pointers are not const, but it only reads the input.
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    repeat {
      if isAtEnd {
        guard stream.pointee.avail_in > 0 else { return }
        guard stream.pointee.next_in?.pointee == 0x1F else {
          throw damage("other bytes follow the end of the packed data")
        }
        isAtEnd = false
        inflateReset(stream)
      }
      stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(buffer.count)
      let code = inflate(stream, Z_NO_FLUSH)
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
        throw damage(stream.pointee.msg.map { String(cString: $0) } ?? String(cString: zError(code)))
      }
      isAtEnd = code == Z_STREAM_END
      let count = buffer.count - Int(stream.pointee.avail_out)
      if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
    } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
  }

  /// Ends the data.
  /// - Throws: `Failure` (data) if the file is incomplete.
  func finish() throws {
    if !isAtEnd { throw damage("the packed data end too early") }
  }

  private func damage(_ text: String) -> Failure {
    Failure(
      .data, "\(source) cannot be unpacked: \(text).", advice: "The gzip file is damaged; copy or write it again.")
  }
}

/// Calls `body` with the contents of the file at `path` in chunks, unpacked if it begins as a gzip file.
/// - Throws: as `forEachChunk`, and `Failure` (data) if packed data is damaged.
func forEachUnpackedChunk(ofFile path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
  var unpacker: GzipUnpacker?
  var isFirst = true
  try forEachChunk(ofFile: path) { chunk in
    if isFirst, chunk.starts(with: [0x1F, 0x8B]) { unpacker = try GzipUnpacker(source: "'\(path)'") }
    isFirst = false
    if let unpacker { try unpacker.append(chunk, body) } else { try body(chunk) }
  }
  try unpacker?.finish()
}
