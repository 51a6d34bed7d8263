import CZip
import Diagnostics
import Foundation

/// A `.npz` archive open for reading: a zip file of `.npy` arrays, as `numpy.savez` writes it.
///
/// The archive stays open while the object lives. Only one thread may read from it at a time.
public final class NPZArchive {
  /// The arrays' names, without `.npy`, in the archive's order; other files in the archive are ignored.
  public let names: [String]
  /// Whether the file is not an archive of arrays but was written by `torch.save`.
  public let isPyTorch: Bool
  private let path: String
  private let archive: OpaquePointer
  private let entries: [String: UInt64]

  /// Opens the archive at `path` and reads its directory.
  /// - Throws: `Failure` (noInput) if the file cannot be opened, (data) if it is not a zip archive, its directory is
  ///   damaged, or two arrays have the same name.
  public init(contentsOf path: String) throws {
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
        .data, "'\(path)' cannot be read as an .npz archive: \(text).",
        advice: NPZArchive.advice(on: (try? firstBytes(6, ofFile: path)) ?? []))
    }
    var names: [String] = []
    var entries: [String: UInt64] = [:]
    var isPyTorch = false
    do {
      for index in 0..<UInt64(max(0, zip_get_num_entries(archive, 0))) {
        guard let raw = zip_get_name(archive, index, 0) else {
          throw Failure(
            .data, "'\(path)': the name of entry \(index) cannot be read: \(String(cString: zip_strerror(archive))).")
        }
        let file = String(cString: raw)
        isPyTorch = isPyTorch || file.hasSuffix("/data.pkl")
        guard file.hasSuffix(".npy") else { continue }
        let name = String(file.dropLast(4))
        if entries.updateValue(index, forKey: name) != nil {
          throw Failure(.data, "'\(path)' holds two arrays of the name '\(name)'.", advice: "Names must differ.")
        }
        names.append(name)
      }
    } catch {
      zip_discard(archive)
      throw error
    }
    self.path = path
    self.archive = archive
    self.names = names
    self.isPyTorch = isPyTorch
    self.entries = entries
  }

  /// Advice on a file that is not an archive, by its first bytes.
  private static func advice(on start: [UInt8]) -> String {
    if start.elementsEqual([0x93] + "NUMPY".utf8) {
      return "It is a single array (.npy): put x and y into one archive by numpy.savez(\"train.npz\", x=x, y=y)."
    }
    if start.starts(with: [0x80, 2]) {
      return "torch.save or pickle wrote the file: write it by numpy.savez(\"train.npz\", x=x, y=y)."
    }
    return start.starts(with: [0x50, 0x4B, 3, 4])
      ? "It begins as an archive, but has no end: it was cut short. Copy or write it again."
      : "Write it with numpy.savez, or copy it again."
  }

  deinit {
    zip_discard(archive)
  }

  /// Reads the array `name`; libzip checks its CRC-32.
  /// - Throws: `Failure` (data) if the archive has no such array (the message names those it has) or the entry is
  ///   damaged (the message quotes libzip).
  public func array(_ name: String) throws -> NPYArray {
    guard let index = entries[name] else {
      let held = names.isEmpty ? "It holds no arrays." : "It holds \(names.map { "'\($0)'" }.joined(separator: ", "))."
      throw Failure(
        .data, "'\(path)' holds no array '\(name)'.",
        advice: nearestName(to: name, among: names).map { "\(held) Did you mean '\($0)'?" } ?? held)
    }
    let source = "'\(path)', entry '\(name).npy'"
    return try NPYArray(bytes: contents(of: index, source: source), source: source)
  }

  private func contents(of index: UInt64, source: String) throws -> [UInt8] {
    var status = zip_stat_t()
    guard zip_stat_index(archive, index, 0, &status) == 0, let file = zip_fopen_index(archive, index, 0) else {
      throw damage(source, String(cString: zip_strerror(archive)))
    }
    defer { zip_fclose(file) }
    // Grows with the actual contents: the size in a damaged directory may be anything.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(min(status.size, 1 << 24)))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    guard let start = buffer.baseAddress else { return bytes }
    while true {
      let count = Int(zip_fread(file, start, UInt64(buffer.count)))
      if count < 0 { throw damage(source, String(cString: zip_file_strerror(file))) }
      if count == 0 { break }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if UInt64(bytes.count) > status.size { break }
    }
    guard UInt64(bytes.count) == status.size else {
      throw damage(source, "its size is \(status.size) bytes by the directory, but other by its data")
    }
    return bytes
  }

  private func damage(_ source: String, _ text: String) -> Failure {
    Failure(.data, "\(source) cannot be read: \(text).", advice: "The archive is damaged; copy or write it again.")
  }
}
