import Diagnostics
import Foundation

/// A tar file that is open for reading at any place, by any number of threads.
///
/// It is read by `pread`, not mapped: a file that is cut or vanishes gives an error, and the system's cache serves all
/// processes of a machine.
public final class TarFile: Sendable {
  /// The path.
  public let path: String
  /// Size and time when it was opened.
  public let stamp: FileStamp
  private let descriptor: Int32

  /// Opens a file.
  /// - Throws: `Failure` (noInput) if it cannot be opened or is not a regular file, (system) if too many files are open.
  public init(_ path: String) throws {
    self.path = path
    descriptor = try openForReading(path)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw Failure(.inputOutput, "'\(path)' cannot be read: \(reason(errno)).")
    }
    stamp = FileStamp(status)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes from `offset` on.
  /// - Throws: `Failure` (data) if the file ends before, since it has changed, (inputOutput) if reading fails.
  public func read(_ offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw changed()
      } else if errno != EINTR {
        throw unreadable("'\(path)'", errno)
      }
    }
  }

  /// Replaces `bytes` by `count` bytes from `offset` on, and reuses their memory.
  /// - Throws: as the first form.
  public func read(_ offset: Int, count: Int, into bytes: inout [UInt8]) throws {
    if bytes.count > count {
      bytes.removeLast(bytes.count - count)
    } else {
      bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
    }
    try bytes.withUnsafeMutableBytes { try read(offset, into: $0) }
  }

  /// Checks that size and time are as in `stamp`.
  /// - Throws: `Failure` (data) if the file has changed, (inputOutput) if that cannot be found out.
  public func checkUnchanged(since stamp: FileStamp) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw unreadable("'\(path)'", errno)
    }
    guard FileStamp(status) == stamp else { throw changed() }
  }

  /// Asks the system to read these bytes ahead.
  public func expect(_ bytes: Range<Int>) {
    #if os(Linux)
      // Linux reads no more for one call than it reads ahead by itself, mostly 128 KiB, and drops the rest.
      let piece = 1 << 17
      for start in stride(from: bytes.lowerBound, to: bytes.upperBound, by: piece) {
        let count = min(piece, bytes.upperBound - start)
        _ = posix_fadvise(descriptor, off_t(start), off_t(count), POSIX_FADV_WILLNEED)
      }
    #endif
  }

  /// Locks the file for work that one process should do for all. The system unlocks it when the process ends.
  /// - Parameter waits: whether to wait until others have unlocked it.
  /// - Returns: false if another process has it; nil if the file system has no such locks.
  public func lock(waits: Bool) -> Bool? {
    while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { return nil }
    }
    return true
  }

  /// Ends the lock.
  public func unlock() { _ = flock(descriptor, LOCK_UN) }

  private func changed() -> Failure {
    Failure(
      .data, "'\(path)' has changed while it was in use.",
      advice: "Start again when nothing writes to it. A training goes on from its last checkpoint by --resume.")
  }
}
