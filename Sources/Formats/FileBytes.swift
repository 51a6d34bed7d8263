import Diagnostics
import Foundation

/// The operating system's message for the error number `code`.
func reason(_ code: Int32) -> String {
  String(cString: strerror(code))
}

/// The system's errors that say that a disk, a file system or its server has failed, not that there is no such file.
private let failures: Set<Int32> = [
  EIO, ESTALE, ENODEV, ENOTCONN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH,
]
private let failureAdvice =
  "The disk or the file system that holds it has failed; when it is back, start again, or resume the training."

/// The exit code if a file or folder cannot be made, by the error number `code`. A full or failed disk may have room or be back later,
/// so it counts like writing that fails: scripts then try again.
package func exitCode(ofMaking code: Int32) -> ExitCode {
  code == ENOSPC || code == EDQUOT || failures.contains(code) ? .inputOutput : .cannotCreate
}

/// The failure if a file or folder that is open cannot be read, by the error number `code`.
func unreadable(_ name: String, _ code: Int32, how: String = "") -> Failure {
  Failure(.inputOutput, "\(name) cannot be read\(how): \(reason(code)).", advice: failureAdvice)
}

/// The failure if a file or folder cannot be opened; `errno` holds the reason, and `message` words it.
package func unopened(_ path: String, _ message: (_ reason: String) -> String) -> Failure {
  let code = errno
  if failures.contains(code) { return Failure(.inputOutput, message(reason(code)), advice: failureAdvice) }
  if OpenFiles.isReached(code) { return Failure(.system, message(reason(code)), advice: OpenFiles.advice) }
  return Failure(
    code == ENOMEM ? .system : .noInput, message(reason(code)), advice: code == ENOENT ? pathAdvice(path) : nil)
}

/// Calls `body` with the contents of the file at `path`, in order, in chunks of at most `chunk` bytes.
/// - Throws: `Failure` (noInput) if the file cannot be opened, (inputOutput) if reading fails.
func forEachChunk(
  ofFile path: String, chunk: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let descriptor = try openForReading(path)
  defer { close(descriptor) }
  var status = stat()
  let work = LongWork("reading \(path)", total: fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0)
  var done = 0
  try readChunks(of: descriptor, path: path, chunk: chunk) { bytes in
    try body(bytes)
    done += bytes.count
    work.show(done: done)
  }
}

/// The contents of the file at `path`.
/// - Throws: `Failure` (noInput) if the file cannot be opened, (inputOutput) if reading fails.
public func fileBytes(_ path: String) throws -> [UInt8] {
  let descriptor = try openForReading(path)
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var status = stat()
  if fstat(descriptor, &status) == 0 { bytes.reserveCapacity(max(0, Int(status.st_size))) }
  try readChunks(of: descriptor, path: path, chunk: 1 << 20) { bytes.append(contentsOf: $0) }
  return bytes
}

/// The first bytes of the file at `path`, at most `count`.
/// - Throws: as `fileBytes`.
public func firstBytes(_ count: Int, ofFile path: String) throws -> [UInt8] {
  let descriptor = try openForReading(path)
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: count)
  let held = read(descriptor, &bytes, count)
  if held < 0 { throw unreadable("'\(path)'", errno) }
  return Array(bytes[..<held])
}

/// Calls `body` with each line of the file at `path`, without its end (LF, CR LF or CR), and its number from 1. A byte
/// order mark is skipped. Memory grows only with the longest line.
/// - Throws: as `fileBytes`, and what `body` throws.
public func forEachLine(ofFile path: String, _ body: (_ line: ArraySlice<UInt8>, _ number: Int) throws -> Void) throws {
  var rest: [UInt8] = []
  var number = 0
  var skipsNewline = false
  func give(_ line: ArraySlice<UInt8>) throws {
    number += 1
    try body(number == 1 && line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line, number)
  }
  try forEachChunk(ofFile: path) { chunk in
    rest.append(contentsOf: chunk)
    var start = 0
    while let end = rest[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      // Skip the second half of CR LF.
      if !(skipsNewline && end == start && rest[end] == 0x0A) { try give(rest[start..<end]) }
      skipsNewline = rest[end] == 0x0D
      start = end + 1
    }
    if start < rest.count { skipsNewline = false }
    rest.removeFirst(start)
  }
  if !rest.isEmpty { try give(rest[...]) }
}

/// Reads the file at `path` into `bytes`, reusing its memory.
/// - Throws: `Failure` (noInput) if there is no such file or it is not a regular one (a folder, a pipe), (data) if it
///   has more than `limit` bytes, (inputOutput) if the disk or file system fails.
public func readFile(_ path: String, into bytes: inout [UInt8], limit: Int) throws {
  // Opening a pipe would otherwise block.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  if descriptor < 0 { throw unopened(path) { "\(path) cannot be opened: \($0)" } }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    let kind = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file"
    throw Failure(.noInput, "\(path) cannot be read: \(kind)")
  }
  guard status.st_size <= limit else {
    throw Failure(.data, "\(path) has \(status.st_size) bytes", advice: "at most \(limit) are read")
  }
  bytes.removeAll(keepingCapacity: true)
  bytes.reserveCapacity(Int(status.st_size))
  try readChunks(of: descriptor, path: path, chunk: min(1 << 20, max(1, Int(status.st_size) + 1))) {
    guard bytes.count + $0.count <= limit else {
      throw Failure(.data, "\(path) grows while it is read", advice: "at most \(limit) bytes are read")
    }
    bytes.append(contentsOf: $0)
  }
}

/// Opens a regular file. A pipe would block, and cannot be read twice.
func openForReading(_ path: String) throws -> Int32 {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  if descriptor < 0 {
    // A text that was taken for a name may be of any length.
    let name = errno == ENAMETOOLONG ? "\(path.prefix(60))…" : path
    throw unopened(path) { "'\(name)' cannot be opened: \($0)." }
  }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    close(descriptor)
    throw notRegular(path, status)
  }
  return descriptor
}

/// The failure if the path is not a regular file.
func notRegular(_ path: String, _ status: stat) -> Failure {
  let isFolder = status.st_mode & S_IFMT == S_IFDIR
  return Failure(
    .noInput, "'\(path)' cannot be read: it is \(isFolder ? "a folder" : "not a regular file").",
    advice: isFolder ? "Name a file in it." : "Write it to a file first.")
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
      throw unreadable("'\(path)'", errno)
    }
  }
}
