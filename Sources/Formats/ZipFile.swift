import CZip
import Diagnostics
import Foundation

/// A zip file open for reading, by libzip.
///
/// It stays open while the object lives. Only one thread may read from it at a time.
final class ZipFile {
  /// The names of the files in the archive, in its order.
  let names: [String]
  private let path: String
  private let archive: OpaquePointer

  /// Opens the archive at `path` and reads its directory. Messages call it `kind`; `advice` gives advice on a file that is no
  /// archive, by its first bytes.
  /// - Throws: `Failure` (noInput) if the file cannot be opened, (data) if it is not a zip archive or its directory is damaged.
  init(contentsOf path: String, kind: String, advice: ([UInt8]) -> String) throws {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw notRegular(path, status)
    }
    var code: Int32 = 0
    guard let archive = zip_open(path, Int32(ZIP_RDONLY), &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      let text = String(cString: zip_error_strerror(&error))
      if [ZIP_ER_NOENT, ZIP_ER_OPEN, ZIP_ER_READ].contains(code) {
        throw Failure(
          .noInput, "'\(path)' cannot be opened: \(text).", advice: code == ZIP_ER_NOENT ? pathAdvice(path) : nil)
      }
      throw Failure(
        .data, "'\(path)' cannot be read as \(kind): \(text).", advice: advice((try? firstBytes(6, ofFile: path)) ?? [])
      )
    }
    var names: [String] = []
    for index in 0..<UInt64(max(0, zip_get_num_entries(archive, 0))) {
      guard let raw = zip_get_name(archive, index, 0) else {
        let text = String(cString: zip_strerror(archive))
        zip_discard(archive)
        throw Failure(
          .data, "'\(path)': the name of entry \(index) cannot be read: \(text).",
          advice: "The archive is damaged; copy or write it again.")
      }
      names.append(String(cString: raw))
    }
    self.path = path
    self.archive = archive
    self.names = names
  }

  deinit {
    zip_discard(archive)
  }

  /// The size of the file at `index` in bytes, by the directory.
  /// - Throws: `Failure` (data) if the directory has none.
  func size(of index: Int, source: String) throws -> UInt64 { try status(of: index, source: source).size }

  /// The contents of the file at `index`, which messages call `source`; with `range`, only these bytes of it. libzip checks the
  /// CRC-32 of all.
  /// - Throws: `Failure` (data) if the file is damaged (the message quotes libzip).
  func contents(of index: Int, range: Range<Int>? = nil, source: String) throws -> [UInt8] {
    // Grows with the actual contents: the size in a damaged directory may be anything.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(try range?.count ?? Int(clamping: size(of: index, source: source)), 1 << 24))
    var done = 0
    try forEachPart(of: index, source: source) { part in
      let wanted =
        range.map { ($0.lowerBound - done..<$0.upperBound - done).clamped(to: 0..<part.count) } ?? 0..<part.count
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: part[wanted]))
      done += part.count
    }
    return bytes
  }

  /// Calls `body` with the contents of the file at `index`, part by part. libzip checks the CRC-32 of all.
  /// - Throws: as `contents`, and what `body` throws.
  func forEachPart(of index: Int, source: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let size = try status(of: index, source: source).size
    guard let file = zip_fopen_index(archive, UInt64(index), 0) else {
      throw damage(source, String(cString: zip_strerror(archive)))
    }
    defer { zip_fclose(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    guard let start = buffer.baseAddress else { return }
    var done = 0
    while true {
      let count = Int(zip_fread(file, start, UInt64(buffer.count)))
      if count < 0 { throw damage(source, String(cString: zip_file_strerror(file))) }
      if count == 0 { break }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      done += count
      if UInt64(done) > size { break }
    }
    guard UInt64(done) == size else {
      throw damage(source, "its size is \(size) bytes by the directory, but other by its data")
    }
  }

  /// The first bytes of the file at `index`, at most `count`, whose checksum is not checked.
  /// - Throws: as `contents`.
  func start(of index: Int, count: Int, source: String) throws -> [UInt8] {
    guard let file = zip_fopen_index(archive, UInt64(index), 0) else {
      throw damage(source, String(cString: zip_strerror(archive)))
    }
    defer { zip_fclose(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes.withUnsafeMutableBytes {
        zip_fread(file, $0.baseAddress?.advanced(by: done), UInt64(count - done))
      }
      if read < 0 { throw damage(source, String(cString: zip_file_strerror(file))) }
      if read == 0 { break }
      done += Int(read)
    }
    return Array(bytes[..<done])
  }

  /// How many times larger than its bytes in the archive a file is; 1 if it is stored.
  func expansion(of index: Int, source: String) throws -> UInt64 {
    let status = try status(of: index, source: source)
    return status.size / max(1, status.comp_size)
  }

  private func status(of index: Int, source: String) throws -> zip_stat_t {
    var status = zip_stat_t()
    guard zip_stat_index(archive, UInt64(index), 0, &status) == 0 else {
      throw damage(source, String(cString: zip_strerror(archive)))
    }
    return status
  }

  private func damage(_ source: String, _ text: String) -> Failure {
    Failure(.data, "\(source) cannot be read: \(text).", advice: "The archive is damaged; copy or write it again.")
  }
}
