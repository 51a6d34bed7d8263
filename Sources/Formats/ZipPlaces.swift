/// Where the files of a zip archive begin, which libzip does not tell. Understands zip64, the form of large archives.
struct ZipPlaces {
  private let file: StoredFile

  /// Opens the archive at `path`.
  /// - Throws: `Failure` (noInput) if it cannot be opened.
  init(file path: String) throws { file = try StoredFile(path) }

  /// The place of the first byte of the file `name` if it is stored as it is and has `size` bytes; else nil, also if the archive
  /// is put together in an unusual way.
  /// - Throws: `Failure` (inputOutput, data) if the archive cannot be read.
  func offset(ofStored name: String, size: Int) throws -> Int? {
    guard let directory = try directory(), let entry = entry(name, in: directory) else { return nil }
    guard entry.method == 0, entry.flags & 1 == 0, entry.size == size, entry.packedSize == size else { return nil }
    guard let header = try bytes(entry.place, count: 30), header.starts(with: [0x50, 0x4B, 3, 4]) else { return nil }
    let place = entry.place + 30 + header.number(26, 2) + header.number(28, 2)
    return place <= file.size - size ? place : nil
  }

  private struct Entry {
    var flags, method, packedSize, size, place: Int
  }

  /// The central directory; nil if it is not found.
  private func directory() throws -> [UInt8]? {
    let length = min(file.size, 22 + Int(UInt16.max))
    guard let tail = try bytes(file.size - length, count: length) else { return nil }
    let ends = stride(from: tail.count - 22, through: 0, by: -1)
    guard
      let end = ends.first(where: {
        tail[$0...].starts(with: [0x50, 0x4B, 5, 6]) && $0 + 22 + tail.number($0 + 20, 2) == tail.count
      })
    else { return nil }
    var (size, start) = (tail.number(end + 12, 4), tail.number(end + 16, 4))
    if size == Int(UInt32.max) || start == Int(UInt32.max) || tail.number(end + 10, 2) == Int(UInt16.max) {
      let locator = file.size - length + end - 20
      guard let place = try bytes(locator, count: 20), place.starts(with: [0x50, 0x4B, 6, 7]),
        let wide = try bytes(place.number(8, 8), count: 56), wide.starts(with: [0x50, 0x4B, 6, 6])
      else { return nil }
      (size, start) = (wide.number(40, 8), wide.number(48, 8))
    }
    return try bytes(start, count: size)
  }

  private func entry(_ name: String, in directory: [UInt8]) -> Entry? {
    var place = 0
    while place + 46 <= directory.count, directory[place...].starts(with: [0x50, 0x4B, 1, 2]) {
      let lengths = [28, 30, 32].map { directory.number(place + $0, 2) }
      let next = place + 46 + lengths.reduce(0, +)
      guard next <= directory.count else { return nil }
      let start = place + 46
      if directory[start..<start + lengths[0]].elementsEqual(name.utf8) {
        var entry = Entry(
          flags: directory.number(place + 8, 2), method: directory.number(place + 10, 2),
          packedSize: directory.number(place + 20, 4), size: directory.number(place + 24, 4),
          place: directory.number(place + 42, 4))
        widen(&entry, by: directory[(start + lengths[0])..<(start + lengths[0] + lengths[1])])
        return entry
      }
      place = next
    }
    return nil
  }

  /// Takes those numbers from the zip64 field that have no room elsewhere.
  private func widen(_ entry: inout Entry, by fields: ArraySlice<UInt8>) {
    let fields = Array(fields)
    var place = 0
    while place + 4 <= fields.count {
      let end = place + 4 + fields.number(place + 2, 2)
      if fields.number(place, 2) == 1, end <= fields.count {
        place += 4
        for number in [\Entry.size, \.packedSize, \.place] where entry[keyPath: number] == Int(UInt32.max) {
          guard place + 8 <= end else { return }
          entry[keyPath: number] = fields.number(place, 8)
          place += 8
        }
        return
      }
      place = end
    }
  }

  /// Bytes of the archive; nil if it has none there.
  private func bytes(_ start: Int, count: Int) throws -> [UInt8]? {
    guard start >= 0, count >= 0, count <= file.size, start <= file.size - count else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { memory in
      if let base = memory.baseAddress { try file.read(start..<start + count, into: base) }
    }
    return bytes
  }
}

extension [UInt8] {
  /// The little-endian number of `count` bytes at a place.
  fileprivate func number(_ place: Int, _ count: Int) -> Int {
    Int(truncatingIfNeeded: self[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) })
  }
}
