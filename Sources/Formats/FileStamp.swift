import Diagnostics
import Foundation

/// A file's size and time of modification, to see whether it has changed.
public struct FileStamp: Equatable, Sendable {
  /// The size in bytes.
  public let size: Int
  /// The time of modification: whole seconds since 1970.
  public let seconds: Int
  /// The rest of the time.
  public let nanoseconds: Int

  /// A stamp with these numbers.
  public init(size: Int, seconds: Int, nanoseconds: Int) {
    (self.size, self.seconds, self.nanoseconds) = (size, seconds, nanoseconds)
  }

  /// The stamp of a regular file; nil if there is none at this path.
  public init?(ofFile path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  /// Whether the file was changed so long before `moment`, in seconds since 1970, that a further change would have shown in its
  /// time.
  public func isSettled(at moment: Int) -> Bool { seconds + 2 < moment }

  /// Checks that a file that messages call `name` still has this stamp; nil stands for the stamp of a file that is gone.
  /// - Throws: `Failure` (data) if it has not.
  func check(_ now: FileStamp?, name: String) throws {
    guard now != self else { return }
    guard let now else { throw FileStamp.changed(name, "it is gone") }
    throw FileStamp.changed(
      name, now.size == size ? "it was written again" : "it has \(now.size) bytes, and had \(size)")
  }

  /// The failure if a file changed while samples were read from it.
  static func changed(_ name: String, _ how: String) -> Failure {
    Failure(
      .data, "\(name) changed while it was in use: \(how).",
      advice: "Let files of samples be while they are read; write new ones under another name and rename them.")
  }

  init(_ status: stat) {
    size = Int(status.st_size)
    #if canImport(Darwin)
      (seconds, nanoseconds) = (Int(status.st_mtimespec.tv_sec), Int(status.st_mtimespec.tv_nsec))
    #else
      (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
    #endif
  }
}
