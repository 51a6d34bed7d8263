import Foundation
import Synchronization

/// Hidden files that processes left behind when they were killed while they wrote.
///
/// A process locks such a file while it writes; the system unlocks it when the process ends. A file is only removed when nobody
/// has changed it for an hour, since some file systems do not tell of locks on other machines; or for a day, where there are no
/// locks.
enum AbandonedFiles {
  private static let seen = Mutex<Set<String>>([])
  private static let (hour, day) = (3600, 86400)

  /// The path for a new temporary file in a folder.
  static func newPath(in folder: String) -> String {
    "\(folder)/.dp-train-\(String(UInt64.random(in: 0 ... .max), radix: 16)).tmp"
  }

  /// Marks an open file as in use until it is closed.
  static func lock(_ descriptor: Int32) { _ = flock(descriptor, LOCK_EX | LOCK_NB) }

  /// Removes those in a folder; only the first time that the process writes there.
  static func remove(in folder: String) {
    guard seen.withLock({ $0.insert(folder).inserted }) else { return }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(".dp-train-") && (name.hasSuffix(".tmp") || name.hasSuffix(".unpacked")) {
      let path = "\(folder)/\(name)"
      if isAbandoned(path) { unlink(path) }
    }
  }

  private static func isAbandoned(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    let age = time(nil) - FileStamp(status).seconds
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return age > hour }
    return errno != EWOULDBLOCK && age > day
  }
}
