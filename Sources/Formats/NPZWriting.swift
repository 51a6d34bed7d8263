import CZip
import Diagnostics
import Foundation

extension NPZArchive {
  /// The most bytes that an archive's comment can have.
  static let longestComment = Int(UInt16.max)

  /// Writes `arrays` to the `.npz` archive at `path`, in order, all or nothing; `compressed` selects deflate.
  ///
  /// `comment` is the archive's comment, which NumPy ignores; it is left out if it exceeds 65535 bytes. The same arrays
  /// give the same bytes: entries have the date 1980-01-01.
  /// - Throws: `Failure` (usage) if two arrays have the same name, (software) if libzip fails, and what
  ///   `AtomicFile.write` throws.
  public static func write(
    _ arrays: [(name: String, array: NPYArray)], to path: String, compressed: Bool = true, comment: String = ""
  ) throws {
    var seen: Set<String> = []
    for (name, _) in arrays where !seen.insert(name).inserted {
      throw Failure(
        .usage, "Two arrays of the name '\(name)' cannot be written to '\(path)'.", advice: "Names must differ.")
    }
    // libzip does not write an archive without entries; this is only the directory's end record.
    if arrays.isEmpty {
      return try AtomicFile.write([0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), to: path)
    }
    try AtomicFile.write(archiveBytes(of: arrays, path: path, compressed: compressed, comment), to: path)
  }

  private static func archiveBytes(
    of arrays: [(name: String, array: NPYArray)], path: String, compressed: Bool, _ comment: String
  ) throws -> [UInt8] {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let memory = zip_source_buffer_create(nil, 0, 0, &error) else {
      throw refusal(path, String(cString: zip_error_strerror(&error)))
    }
    defer { zip_source_free(memory) }
    guard let archive = zip_open_from_source(memory, Int32(ZIP_TRUNCATE), &error) else {
      throw refusal(path, String(cString: zip_error_strerror(&error)))
    }
    // Closing the archive would free its memory, which is read after that.
    zip_source_keep(memory)
    do {
      for (name, array) in arrays {
        try add(array.encoded(), as: name + ".npy", to: archive, compressed: compressed, path: path)
      }
      if let length = UInt16(exactly: comment.utf8.count), length > 0 {
        guard zip_set_archive_comment(archive, comment, length) == 0 else {
          throw refusal(path, String(cString: zip_strerror(archive)))
        }
      }
      guard zip_close(archive) == 0 else { throw refusal(path, String(cString: zip_strerror(archive))) }
    } catch {
      zip_discard(archive)
      throw error
    }
    return try contents(of: memory, path: path)
  }

  private static func add(
    _ contents: [UInt8], as file: String, to archive: OpaquePointer, compressed: Bool, path: String
  ) throws {
    // libzip owns and frees this copy: it compresses the entry only when the archive is closed.
    let copy = malloc(contents.count)
    contents.withUnsafeBytes { bytes in
      if let copy, let start = bytes.baseAddress { memcpy(copy, start, bytes.count) }
    }
    guard let copy, let source = zip_source_buffer(archive, copy, UInt64(contents.count), 1) else {
      free(copy)
      throw refusal(path, String(cString: zip_strerror(archive)))
    }
    let index = zip_file_add(archive, file, source, UInt32(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw refusal(path, String(cString: zip_strerror(archive)))
    }
    let method = compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE
    let firstOfJanuary1980: UInt16 = 1 << 5 | 1
    guard zip_set_file_compression(archive, UInt64(index), Int32(method), 0) == 0,
      zip_file_set_dostime(archive, UInt64(index), 0, firstOfJanuary1980, 0) == 0
    else {
      throw refusal(path, String(cString: zip_strerror(archive)))
    }
  }

  private static func contents(of source: OpaquePointer, path: String) throws -> [UInt8] {
    var status = zip_stat_t()
    guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else {
      throw refusal(path, String(cString: zip_error_strerror(zip_source_error(source))))
    }
    defer { zip_source_close(source) }
    let size = Int(status.size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      initialized = max(0, Int(zip_source_read(source, start, UInt64(size))))
    }
    guard bytes.count == size else {
      throw refusal(path, String(cString: zip_error_strerror(zip_source_error(source))))
    }
    return bytes
  }

  private static func refusal(_ path: String, _ text: String) -> Failure {
    Failure(.software, "The archive '\(path)' cannot be put together: \(text).")
  }
}
