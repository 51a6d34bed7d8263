import Diagnostics
import Foundation

/// A file that stays open, and whose bytes are read where they are needed. Any thread may read.
///
/// It is read by `pread`, not mapped into memory: the system's page cache holds its pages once for all ranks of a machine just
/// so, and a file that is cut or vanishes gives an error to report, not a signal.
final class StoredFile: Sendable {
  /// The file's name in messages.
  let name: String
  /// The number of bytes when it was opened.
  var size: Int { stamp.size }
  private let descriptor: Int32
  private let stamp: FileStamp

  /// Opens the regular file at `path`.
  /// - Throws: `Failure` (noInput) if it cannot be opened.
  convenience init(_ path: String) throws {
    try self.init(descriptor: openForReading(path), name: "'\(path)'")
  }

  /// Takes an open file, which is closed with the object.
  /// - Throws: `Failure` (inputOutput) if the system does not tell its size.
  init(descriptor: Int32, name: String) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw Failure(.inputOutput, "\(name) cannot be read: \(reason(errno)).")
    }
    self.descriptor = descriptor
    self.name = name
    stamp = FileStamp(status)
  }

  deinit { close(descriptor) }

  /// Reads bytes of the file into memory that is large enough.
  /// - Throws: `Failure` (inputOutput) if the system cannot read, (data) if the file ends before.
  func read(_ bytes: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
    var done = 0
    while done < bytes.count {
      // Linux reads at most 2 GiB at once.
      let count = pread(descriptor, memory + done, min(bytes.count - done, 1 << 30), off_t(bytes.lowerBound + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw FileStamp.changed(name, "it ends after \(bytes.lowerBound + done) bytes, and had \(size)")
      } else if errno != EINTR {
        throw unreadable(name, errno, how: " any more")
      }
    }
  }

  /// The first bytes, at most `count`.
  func start(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(count, size))
    try bytes.withUnsafeMutableBytes { memory in
      if let base = memory.baseAddress { try read(0..<memory.count, into: base) }
    }
    return bytes
  }

  /// Checks that the file still has the size and the time of its last change that it had when it was opened.
  /// - Throws: `Failure` (data) if not, (inputOutput) if the system does not tell.
  func checkUnchanged() throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw unreadable(name, errno, how: " any more")
    }
    try stamp.check(FileStamp(status), name: name)
  }
}
