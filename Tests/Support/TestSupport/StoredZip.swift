import CZlib

/// A zip archive of files, which are stored as they are.
public func storedZip(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  func number(_ value: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(value >> (8 * $0) & 255) } }
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for (name, bytes) in files {
    let check = bytes.withUnsafeBufferPointer { Int(crc32(0, $0.baseAddress, UInt32($0.count))) }
    // Version, flags, method, time and date (1980-01-01), CRC-32, sizes, lengths of name and extra field.
    let facts =
      number(20, 2) + number(0, 2) + number(0, 2) + number(0, 2) + number(0x21, 2) + number(check, 4)
      + number(bytes.count, 4) + number(bytes.count, 4) + number(name.utf8.count, 2) + number(0, 2)
    directory +=
      [0x50, 0x4B, 1, 2] + number(20, 2) + facts + number(0, 10) + number(archive.count, 4) + Array(name.utf8)
    archive += [0x50, 0x4B, 3, 4] + facts + Array(name.utf8) + bytes
  }
  return archive + directory + [0x50, 0x4B, 5, 6] + number(0, 4) + number(files.count, 2) + number(files.count, 2)
    + number(directory.count, 4) + number(archive.count, 4) + number(0, 2)
}
