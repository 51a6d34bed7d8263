import Diagnostics
import Foundation

/// The operating system's words for the error number `code`.
func reason(_ code: Int32) -> String {
  String(cString: strerror(code))
}

/// Calls `body` with the contents of the file at `path`, in order, in pieces of at most `chunk` bytes.
///
/// Throws `Failure(.noInput)` where the file cannot be opened and `Failure(.inputOutput)` where reading fails.
func forEachChunk(
  ofFile path: String, chunk: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let descriptor = try openForReading(path)
  defer { close(descriptor) }
  try readChunks(of: descriptor, path: path, chunk: chunk, body)
}

/// The whole contents of the file at `path`.
///
/// Throws `Failure(.noInput)` where the file cannot be opened and `Failure(.inputOutput)` where reading fails.
func fileBytes(_ path: String) throws -> [UInt8] {
  let descriptor = try openForReading(path)
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var status = stat()
  if fstat(descriptor, &status) == 0 { bytes.reserveCapacity(max(0, Int(status.st_size))) }
  try readChunks(of: descriptor, path: path, chunk: 1 << 20) { bytes.append(contentsOf: $0) }
  return bytes
}

private func openForReading(_ path: String) throws -> Int32 {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { throw Failure(.noInput, "'\(path)' cannot be opened: \(reason(errno)).") }
  return descriptor
}

private func readChunks(
  of descriptor: Int32, path: String, chunk: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
  defer { buffer.deallocate() }
  while true {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count == 0 { return }
    if count > 0 {
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    } else if errno != EINTR {
      throw Failure(.inputOutput, "'\(path)' cannot be read: \(reason(errno)).")
    }
  }
}
