import Diagnostics
import Foundation

/// Writes files atomically: the path names either the old contents or all of the new, even after a crash.
///
/// The bytes go to a temporary file in the same folder (`.dp-train-….tmp`), are flushed to the disk (`fsync`), and the
/// file is renamed. A symbolic link at the path is replaced, not followed. What a killed process left in the folder is removed.
public enum AtomicFile {
  /// Appends bytes to the file; throws if they cannot be written.
  public typealias Append = (UnsafeRawBufferPointer) throws -> Void

  /// The bytes that are written at once, so that a large file's progress can be shown.
  private static let portion = 8 << 20

  /// Writes `bytes` to `path`.
  /// - Throws: `Failure` (cannotCreate) if the file cannot be created or renamed, (inputOutput) if writing fails, or the disk is full or has
  ///   failed. Then no temporary file is left, and an old file is unchanged.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
    let work = LongWork("writing \(path)", total: bytes.count)
    try write(to: path) { append in
      for start in stride(from: 0, to: bytes.count, by: portion) {
        try append(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + portion, bytes.count)]))
        work.show(done: start)
      }
    }
  }

  /// Writes `bytes` to `path`; throws as the first form.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try bytes.withUnsafeBytes { try write($0, to: path) }
  }

  /// Writes `data` to `path`; throws as the first form.
  public static func write(_ data: Data, to path: String) throws {
    try data.withUnsafeBytes { try write($0, to: path) }
  }

  /// Writes to `path` everything that `body` appends; throws as the first form, and what `body` throws.
  public static func write(to path: String, _ body: (Append) throws -> Void) throws {
    let folder = folder(of: path)
    let (descriptor, temporary) = try createTemporary(in: folder, for: path)
    do {
      do {
        try body {
          let code = writeAll($0, to: descriptor)
          if code != 0 { throw writeFailure(path, code) }
        }
        if fsync(descriptor) != 0 { throw writeFailure(path, errno) }
      } catch {
        close(descriptor)
        throw error
      }
      // Network file systems may report a full disk only here.
      if close(descriptor) != 0 { throw writeFailure(path, errno) }
      if rename(temporary, path) != 0 { throw createFailure(path, errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    flushFolder(folder)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func createTemporary(in folder: String, for path: String) throws -> (Int32, String) {
    AbandonedFiles.remove(in: folder)
    while true {
      let temporary = AbandonedFiles.newPath(in: folder)
      // Not mkstemp: the file gets the permissions of the user's umask.
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        AbandonedFiles.lock(descriptor)
        return (descriptor, temporary)
      }
      if errno != EEXIST && errno != EINTR { throw createFailure(path, errno) }
    }
  }

  /// Makes the new name survive a power failure. A file system that cannot flush folders is not an error.
  private static func flushFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  private static func createFailure(_ path: String, _ code: Int32) -> Failure {
    Failure(exitCode(ofMaking: code), "'\(path)' cannot be created: \(reason(code)).")
  }

  private static func writeFailure(_ path: String, _ code: Int32) -> Failure {
    Failure(.inputOutput, "'\(path)' cannot be written: \(reason(code)).")
  }
}
