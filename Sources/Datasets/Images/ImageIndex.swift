import Diagnostics
import Formats
import Foundation
import Images

/// A file beside images that says which of them were sound, so that they need not be read again.
///
/// It holds for each image a hash of its path, the size and time of its file, the size of its picture, and a hash of its bytes.
/// What it says counts only while path, size and time are the same. Images that are damaged are not in it: they are read again,
/// which gives the same messages. So a list of images is the same with the file and without it, on every rank.
public struct ImageIndex: Sendable {
  /// The file's name in a folder of images.
  public static let name = ".dp-train-index"
  /// The usual number of images from which on the file is written: those take a second.
  public static let usualLeast = 4000

  /// What is known of one image.
  private struct Entry: Equatable {
    var hash: UInt64
    var stamp: FileStamp
    var facts: ImageFacts
  }

  /// The entries in the order of the images.
  private let entries: [Entry]
  /// The place of each hash, if the order is not that of the images.
  private let places: [UInt64: Int]

  /// Checks files, of which `index` says which are sound, and notes the result there.
  /// - Parameters:
  ///   - files: the images; their names are paths.
  ///   - text: where they are from, for the display of long work.
  ///   - index: the path of the index.
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  ///   - least: the number of files from which on there is an index.
  /// - Throws: as `ImageSource.check`.
  static func check(
    _ files: any ImageSource, _ text: String, index path: String, pixelLimit: Int, least: Int
  ) throws -> CheckedImages {
    let count = files.count
    guard count >= least else { return try files.check(text, pixelLimit: pixelLimit) }
    let begin = Int(Date().timeIntervalSince1970)
    let paths = [path, cachePath(for: path)].compactMap(\.self)
    let folder = folder(of: path)
    let hashes = (0..<count).map { hash(files.name(of: $0), in: folder) }
    let known = paths.lazy.compactMap { ImageIndex(path: $0, hashes: hashes) }.first
    // Each thread writes entries of its own.
    nonisolated(unsafe) let stamps = UnsafeMutablePointer<FileStamp?>.allocate(capacity: count)
    stamps.initialize(repeating: nil, count: count)
    defer { stamps.deallocate() }
    let found = try files.check(text, pixelLimit: pixelLimit) { index in
      // The stamp comes before the reading: a file that changes meanwhile is read again the next time.
      guard let stamp = FileStamp(ofFile: files.name(of: index)) else { return nil }
      stamps[index] = stamp
      guard let facts = known?.facts(of: index, hashes[index], stamp), facts.size.count <= pixelLimit else {
        return nil
      }
      return facts
    }
    let entries = (0..<count).compactMap { index -> Entry? in
      guard let facts = found.facts[index], let stamp = stamps[index], stamp.size == facts.bytes,
        stamp.isSettled(at: begin)
      else { return nil }
      return Entry(hash: hashes[index], stamp: stamp, facts: facts)
    }
    if entries != known?.entries { write(entries, to: paths, begin: begin) }
    return found
  }

  /// Reads an index; nil if there is none, or it is damaged or of another kind.
  private init?(path: String, hashes: [UInt64]) {
    guard FileManager.default.fileExists(atPath: path), let bytes = try? fileBytes(path),
      bytes.count >= Self.magic.count + Self.digestBytes, bytes.starts(with: Self.magic),
      (bytes.count - Self.magic.count - Self.digestBytes) % Self.entryBytes == 0
    else { return nil }
    let end = bytes.count - Self.digestBytes
    let digest = try? bytes.withUnsafeBytes { try sha256(of: UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    guard let digest, Array(digest.utf8) == Array(bytes[end...]) else { return nil }
    entries = bytes.withUnsafeBytes { memory in
      stride(from: Self.magic.count, to: end, by: Self.entryBytes).map { start in
        func word(_ index: Int) -> UInt64 {
          UInt64(littleEndian: memory.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self))
        }
        let bytes = Int(truncatingIfNeeded: word(1))
        return Entry(
          hash: word(0),
          stamp: FileStamp(
            size: bytes, seconds: Int(truncatingIfNeeded: word(2)), nanoseconds: Int(truncatingIfNeeded: word(3))),
          facts: ImageFacts(
            size: ImageSize(height: Int(word(4) >> 32), width: Int(word(4) & 0xFFFF_FFFF)), bytes: bytes,
            contents: word(5)))
      }
    }
    let isInOrder = entries.count == hashes.count && zip(entries, hashes).allSatisfy { $0.hash == $1 }
    places =
      isInOrder
      ? [:] : Dictionary(zip(entries.map(\.hash), entries.indices), uniquingKeysWith: { first, _ in first })
  }

  /// What is known of an image; nil if its file is not the one that was sound.
  private func facts(of index: Int, _ hash: UInt64, _ stamp: FileStamp) -> ImageFacts? {
    guard let place = places.isEmpty ? index : places[hash], place < entries.count else { return nil }
    let entry = entries[place]
    return entry.hash == hash && entry.stamp == stamp ? entry.facts : nil
  }

  /// Writes the entries to the first of `paths` that can be written, unless another rank or program has done so since `begin`.
  private static func write(_ entries: [Entry], to paths: [String], begin: Int) {
    if paths.contains(where: { FileStamp(ofFile: $0).map { $0.seconds >= begin } ?? false }) { return }
    var bytes = magic
    bytes.reserveCapacity(magic.count + entries.count * entryBytes + digestBytes)
    func add(_ word: some BinaryInteger) {
      withUnsafeBytes(of: UInt64(truncatingIfNeeded: word).littleEndian) { bytes.append(contentsOf: $0) }
    }
    for entry in entries {
      add(entry.hash)
      add(entry.stamp.size)
      add(entry.stamp.seconds)
      add(entry.stamp.nanoseconds)
      add(UInt64(entry.facts.size.height) << 32 | UInt64(entry.facts.size.width))
      add(entry.facts.contents)
    }
    guard let digest = try? bytes.withUnsafeBytes({ try sha256(of: $0) }) else { return }
    bytes += Array(digest.utf8)
    for path in paths {
      let folder = URL(filePath: path).deletingLastPathComponent()
      // Without an index, the images are read again the next time; that is no failure.
      if path != paths.first { try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
      if (try? AtomicFile.write(bytes, to: path)) != nil { return }
    }
  }

  /// The path in the user's cache for an index that cannot be written beside the images; nil without a home.
  private static func cachePath(for path: String) -> String? {
    let full = URL(filePath: path).standardizedFileURL.path
    return userCacheFolder.map { "\($0)/\(String(hash(full), radix: 16)).index" }
  }

  /// The folder that holds a file, with a slash at its end; empty if the path has none.
  static func folder(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)])
  }

  /// A hash of a path that is the same on every machine (FNV-1a, mixed once more), without `folder` at its beginning.
  static func hash(_ path: String, in folder: String = "") -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in path.utf8.dropFirst(path.hasPrefix(folder) ? folder.utf8.count : 0) {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    hash ^= hash >> 32
    return hash &* 0xD6E8_FEB8_6659_FD93
  }

  private static let magic = Array("dp-train images 2\n".utf8)
  private static let entryBytes = 48
  /// The SHA-256 of all before it, as text.
  private static let digestBytes = 64
}
