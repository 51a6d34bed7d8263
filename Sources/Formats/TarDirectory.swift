import Diagnostics

/// The members of a tar file: their names, and where their bytes are. Only headers are read.
///
/// Formats: POSIX ustar and pax, GNU tar with long names, and the format before them.
public struct TarDirectory: Equatable, Sendable {
  /// A file in a tar file.
  public struct Member: Equatable, Sendable {
    /// The name with its folders, as the archive has it.
    public let name: String
    /// Where its bytes begin.
    public let offset: Int
    /// The number of its bytes.
    public let size: Int

    /// A member with these facts.
    public init(name: String, offset: Int, size: Int) { (self.name, self.offset, self.size) = (name, offset, size) }
  }

  /// A member that is not a plain file.
  public struct Other: Equatable, Sendable {
    /// The name with its folders.
    public let name: String
    /// What it is: "link", "device", "sparse file".
    public let kind: String

    /// A member with these facts.
    public init(name: String, kind: String) { (self.name, self.kind) = (name, kind) }
  }

  /// The plain files, in the order of the archive.
  public private(set) var members: [Member] = []
  /// Members of other kinds, but for folders.
  public private(set) var others: [Other] = []
  /// How the archive ends after these members.
  public private(set) var end = End.mark

  /// How an archive ends.
  public enum End: Equatable, Sendable {
    /// By the mark of its end: a block of zeros, mostly two.
    case mark
    /// By that mark, but headers of further members follow, which no program reads.
    case markWithin
    /// Behind a member, without that mark.
    case noMark
    /// Within a member, or by a damaged header; in words.
    case cut(String)
  }

  /// Longer names and attributes mean a damaged file.
  private static let longestText = 1 << 20
  /// Archives are padded with zeros to records of a size that programs choose, mostly 10 KiB, and surely less than this.
  private static let longestPadding = 1 << 24

  /// Reads the headers of a file.
  /// - Throws: `Failure` (data) if it is no tar file, (inputOutput) if reading fails.
  public init(of file: TarFile) throws {
    try TarDirectory.checkKind(of: file)
    let size = file.stamp.size
    var reader = HeaderReader(file)
    var offset = 0
    var longName: String?
    var attributes = PaxAttributes()
    while true {
      guard let block = try reader.block(at: offset) else {
        end = .noMark
        return
      }
      guard !block.allSatisfy({ $0 == 0 }) else {
        if try TarDirectory.goesOn(&reader, from: offset + TarHeader.blockSize) { end = .markWithin }
        return
      }
      guard let header = TarHeader(block) else {
        guard offset > 0 else { throw TarDirectory.noTar(file.path) }
        end = .cut("the header at byte \(offset) is damaged")
        return
      }
      offset += TarHeader.blockSize
      var continues = header.continues
      while continues {
        guard let map = try reader.block(at: offset) else { break }
        continues = map[map.startIndex + 504] != 0
        offset += TarHeader.blockSize
      }
      let isOwn = ![.longName, .longLink, .attributes, .commonAttributes].contains(header.kind)
      let length = isOwn ? attributes.size ?? header.size : header.size
      let name = attributes.path ?? longName ?? header.name
      guard offset <= size, length <= size - offset else {
        end = .cut("it ends within \(name)")
        return
      }
      switch header.kind {
      case .file where !attributes.isSparse: members.append(Member(name: name, offset: offset, size: length))
      case .file, .sparse: others.append(Other(name: name, kind: "sparse file"))
      case .other(let kind): others.append(Other(name: name, kind: kind))
      case .longName, .attributes:
        guard length <= TarDirectory.longestText else {
          end = .cut("the header at byte \(offset - TarHeader.blockSize) is damaged")
          return
        }
        var bytes: [UInt8] = []
        try file.read(offset, count: length, into: &bytes)
        if header.kind == .longName {
          longName = TarHeader.name(bytes.prefix { $0 != 0 })
        } else if let read = PaxAttributes(bytes[...]) {
          attributes = read
        } else {
          end = .cut("the header at byte \(offset - TarHeader.blockSize) is damaged")
          return
        }
      case .folder, .longLink, .commonAttributes: break
      }
      if isOwn { (longName, attributes) = (nil, PaxAttributes()) }
      // The last block may lack its padding.
      offset += length + (TarHeader.blockSize - length % TarHeader.blockSize) % TarHeader.blockSize
    }
  }

  /// Whether a header follows the mark of the end, as in archives that were joined by `cat`.
  private static func goesOn(_ reader: inout HeaderReader, from start: Int) throws -> Bool {
    for offset in stride(from: start, to: start + longestPadding, by: TarHeader.blockSize) {
      guard let block = try reader.block(at: offset) else { return false }
      if !block.allSatisfy({ $0 == 0 }) { return TarHeader(block) != nil }
    }
    return false
  }

  /// Checks that a file does not begin as one of another kind.
  private static func checkKind(of file: TarFile) throws {
    let path = file.path
    guard file.stamp.size > 0 else {
      throw Failure(.data, "'\(path)' is empty.", advice: "Copy or write it again.")
    }
    var start: [UInt8] = []
    try file.read(0, count: min(6, file.stamp.size), into: &start)
    let compressions: [(start: [UInt8], kind: String, command: String)] = [
      ([0x1F, 0x8B], "gzip", "gunzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "unzstd"),
      ([0x42, 0x5A, 0x68], "bzip2", "bunzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "unxz"),
    ]
    if let found = compressions.first(where: { start.starts(with: $0.start) }) {
      // From standard input these programs take files of any name.
      let command = "\(found.command) < \(path.shellQuoted) > \(unpackedPath(path).shellQuoted)"
      throw Failure(
        .data, "'\(path)' is compressed by \(found.kind), so that no sample can be read without all before it.",
        advice: "Unpack it, and name the tar file: \(command). Images are compressed as they are.")
    }
    guard file.stamp.size >= TarHeader.blockSize else { throw noTar(path) }
  }

  /// The path for what a compressed file holds: "a.tar" for "a.tar.gz" and "a.tgz", "a-unpacked.tar" for others.
  private static func unpackedPath(_ path: String) -> String {
    let endings = [".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz"]
    if let ending = endings.first(where: path.lowercased().hasSuffix) { return path.dropLast(ending.count) + ".tar" }
    return (path.lowercased().hasSuffix(".tar") ? String(path.dropLast(4)) : path) + "-unpacked.tar"
  }

  private static func noTar(_ path: String) -> Failure {
    Failure(
      .data, "'\(path)' is not a tar file: it does not begin with a header.",
      advice: "Write it with tar, Python's tarfile or webdataset.ShardWriter.")
  }
}

/// Reads blocks at ascending places. Small members are read over, in large pieces; larger ones are skipped.
private struct HeaderReader {
  private let file: TarFile
  private var bytes: [UInt8] = []
  private var start = 0

  private static let piece = 1 << 17
  private static let smallPiece = 1 << 12

  init(_ file: TarFile) { self.file = file }

  /// The block at a place; nil if the file ends before its end.
  mutating func block(at offset: Int) throws -> ArraySlice<UInt8>? {
    guard offset <= file.stamp.size - TarHeader.blockSize else { return nil }
    if offset < start || offset + TarHeader.blockSize > start + bytes.count {
      let isNear = offset - (start + bytes.count) < HeaderReader.piece / 2
      start = offset
      try file.read(
        offset, count: min(isNear ? HeaderReader.piece : HeaderReader.smallPiece, file.stamp.size - offset),
        into: &bytes)
    }
    return bytes[offset - start..<offset - start + TarHeader.blockSize]
  }
}
