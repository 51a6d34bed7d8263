import Diagnostics
import Foundation
import Synchronization

/// A file of a zip archive, unpacked into a temporary file without a name, which the system removes when the last process that
/// has it open ends, however it ends.
///
/// The ranks of a machine share one: the first that comes unpacks it, and notes its process and descriptor in a small file that
/// the others read after they waited for its lock. They open the same file by /proc. Where there is no /proc, or ranks cannot
/// see each other's, each has its own.
struct UnpackedEntry {
  private let file: StoredFile
  private let note: SharedNote?

  /// Unpacks the file at `index` of an archive, which has `size` bytes, or finds it unpacked.
  /// - Throws: `Failure` (cannotCreate) if there is no room, (inputOutput) if writing fails, (data) if the file is damaged.
  init(_ index: Int, of archive: ZipFile, path: String, size: Int, source: String) throws {
    let folder = UnpackedEntry.folder(beside: path)
    let note = SharedNote.locked(of: path, index: index, in: folder)
    self.note = note
    defer { note?.unlock() }
    if let found = note?.found(size: size) {
      file = try StoredFile(descriptor: found, name: source)
      return
    }
    let descriptor = try UnpackedEntry.temporary(in: folder, size: size, source: source)
    do {
      let work = LongWork("unpacking \(source)", total: size)
      var done = 0
      try archive.forEachPart(of: index, source: source) { part in
        let code = writeAll(part, to: descriptor)
        if code == ENOSPC { throw UnpackedEntry.noRoom(in: folder, size: size, source: source) }
        if code != 0 {
          throw Failure(.inputOutput, "\(source) cannot be unpacked into the folder \(folder): \(reason(code)).")
        }
        done += part.count
        work.show(done: done)
      }
    } catch {
      close(descriptor)
      throw error
    }
    note?.tell(descriptor)
    file = try StoredFile(descriptor: descriptor, name: source)
  }

  /// The elements of an array from a byte on.
  func elements(from offset: Int) -> UnpackedElements {
    UnpackedElements(elements: FileElements(file: file, offset: offset), note: note)
  }

  /// The folder of temporary files: $TMPDIR, or that of the archive if it can be written to, since there is room for large files;
  /// else /var/tmp. Not /tmp, which may be in memory.
  private static func folder(beside path: String) -> String {
    let named = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    if !named.isEmpty, access(named, W_OK) == 0 { return named }
    let own = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    return access(own, W_OK) == 0 ? own : "/var/tmp"
  }

  /// Makes a file without a name.
  private static func temporary(in folder: String, size: Int, source: String) throws -> Int32 {
    var room = statvfs()
    if statvfs(folder, &room) == 0, UInt64(size) > UInt64(room.f_bavail) * UInt64(room.f_frsize) {
      throw noRoom(in: folder, size: size, source: source)
    }
    AbandonedFiles.remove(in: folder)
    let path = AbandonedFiles.newPath(in: folder)
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failure(
        .cannotCreate, "\(source) is compressed, and cannot be unpacked into the folder \(folder): \(reason(errno)).",
        advice: advice)
    }
    unlink(path)
    return descriptor
  }

  private static func noRoom(in folder: String, size: Int, source: String) -> Failure {
    var room = statvfs()
    let free = statvfs(folder, &room) == 0 ? UInt64(room.f_bavail) * UInt64(room.f_frsize) >> 20 : 0
    return Failure(
      .cannotCreate,
      "\(source) is compressed, and has \(size >> 20) MiB unpacked, but the folder \(folder) has room for "
        + (free > 0 ? "\(free) MiB." : "less than 1 MiB."),
      advice: advice)
  }

  private static let advice =
    "Let the variable TMPDIR name a folder with room, or write the archive by numpy.savez in place of "
    + "numpy.savez_compressed: then it is read where it stands."
}

/// The elements of an array that was unpacked.
final class UnpackedElements: ArrayOrigin {
  private let elements: FileElements
  private let note: Mutex<SharedNote?>

  init(elements: FileElements, note: SharedNote?) {
    self.elements = elements
    self.note = Mutex(note)
  }

  func read(_ elements: Range<Int>, size: Int, into memory: UnsafeMutableRawPointer) throws {
    try self.elements.read(elements, size: size, into: memory)
  }

  /// Nobody else can change the file. The first batch is loaded once all ranks have opened their arrays, so that no one will look
  /// for it any more.
  func checkUnchanged() { note.withLock { $0 = nil } }
}

/// The small file by which the ranks of a machine find what one of them unpacked. It is locked while one unpacks.
final class SharedNote: Sendable {
  private let path: String
  private let descriptor: Int32

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  /// Waits for the lock of an archive's file; nil if there is none, since the folder cannot be written to or has no locks.
  static func locked(of archive: String, index: Int, in folder: String) -> SharedNote? {
    var status = stat()
    guard stat(archive, &status) == 0 else { return nil }
    let stamp = FileStamp(status)
    let time = stamp.seconds &* 1_000_000_000 &+ stamp.nanoseconds
    let parts = [Int(getuid()), Int(status.st_dev), Int(status.st_ino), stamp.size, time, index]
    let path = "\(folder)/.dp-train-\(parts.map { String($0, radix: 36) }.joined(separator: "-")).unpacked"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return nil }
    let note = SharedNote(path: path, descriptor: descriptor)
    while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { return nil } }
    return note
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  /// Opens the file that another process has noted, if it still has it.
  func found(size: Int) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    let numbers = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ").map(String.init)
    guard numbers.count == 4 else { return nil }
    let found = open("/proc/\(numbers[0])/fd/\(numbers[1])", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard found >= 0 else { return nil }
    var status = stat()
    guard fstat(found, &status) == 0, status.st_size == size, status.st_nlink == 0,
      numbers[2] == "\(status.st_dev)", numbers[3] == "\(status.st_ino)"
    else {
      close(found)
      return nil
    }
    return found
  }

  /// Notes an open file of this process.
  func tell(_ open: Int32) {
    var status = stat()
    guard fstat(open, &status) == 0 else { return }
    let text = Array("\(getpid()) \(open) \(status.st_dev) \(status.st_ino)".utf8)
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  func unlock() { _ = flock(descriptor, LOCK_UN) }
}
