import Diagnostics
import Formats
import Foundation

/// A file or folder of data, or the images of one, as a training found it, to see later whether it has changed.
public struct DataFile: Codable, Equatable, Sendable {
  /// The path, as the recipe has it.
  public let path: String
  /// The part of the data that it holds alone, validation or test; nil if the training reads it, or if this was not recorded.
  public let split: Split?
  /// The size, of a folder or of images that of all files.
  public let bytes: Int
  /// The SHA-256 of the contents, or of `blocks` of them; of a folder that of the names and sizes of the files in it, without
  /// hidden ones; of images that of the names, sizes and hashes of the contents of those that can be used.
  public let sha256: String
  /// If the file is large, the number of blocks that the digest is of, after the size in decimal digits: blocks of 64 KiB whose
  /// distances are the same but for rounding, from the first to the last. Nil if it is of all contents.
  public let blocks: Int?
  /// The number of images that can be used in the folder or list; nil if this is about the file itself.
  public let images: Int?

  /// The size in bytes above which only blocks are digested: as many take about a second.
  package static let mostDigested = 1 << 30
  private static let (blockCount, blockSize) = (256, 64 << 10)

  /// Reads a file, or lists a folder.
  /// - Throws: `Failure` (noInput, inputOutput) if it cannot be read.
  package init(path: String, split: Split? = nil, mostDigested: Int = mostDigested) throws {
    self.path = path
    self.split = split
    images = nil
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      bytes = DataFile.size(of: path)
      blocks = bytes > mostDigested ? DataFile.blockCount : nil
      sha256 =
        try blocks.map { try Formats.sha256(ofFile: path, blocks: $0, of: DataFile.blockSize) }
        ?? Formats.sha256(ofFile: path)
      return
    }
    blocks = nil
    let names = (FileManager.default.enumerator(atPath: path)?.allObjects as? [String]) ?? []
    let shown = names.filter { name in !name.split(separator: "/").contains { $0.hasPrefix(".") } }
    let files = shown.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
      ($0, DataFile.size(of: "\(path)/\($0)"))
    }
    bytes = files.reduce(0) { $0 + $1.1 }
    let list = Array(files.map { "\($0.0)\t\($0.1)\n" }.joined().utf8)
    sha256 = try list.withUnsafeBytes { try Formats.sha256(of: $0) }
  }

  /// The images of a folder or list, which were read before; their names begin after that of `folder`.
  init(
    imagesOf path: String, in folder: String, split: Split?, _ images: some Sequence<(String, ImageFacts?)>
  ) throws {
    var (words, bytes) = ([UInt64](), 0)
    for case (let name, let facts?) in images {
      words.append(ImageIndex.hash(name, in: folder).littleEndian)
      words.append(UInt64(facts.bytes).littleEndian)
      words.append(facts.contents.littleEndian)
      bytes += facts.bytes
    }
    (self.path, self.split, self.bytes, blocks, self.images) = (path, split, bytes, nil, words.count / 3)
    sha256 = try words.withUnsafeBytes { try Formats.sha256(of: $0) }
  }

  /// Reads files or lists folders. If they are large together, only blocks of those that are not small are digested.
  /// - Throws: as the form for one.
  package static func all(_ files: [(path: String, split: Split?)]) throws -> [DataFile] {
    let isMuch = files.reduce(0) { $0 + size(of: $1.path) } > mostDigested
    let most = isMuch ? blockCount * blockSize : mostDigested
    return try files.map { try DataFile(path: $0.path, split: $0.split, mostDigested: most) }
  }

  /// The size of a file; 0 for a folder, whose own size means nothing.
  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
  }

  /// A warning that names the files that differ from those of a training's begin, and says what this changes; nil if none
  /// does.
  package static func change(from former: [DataFile], to now: [DataFile]) -> String? {
    var (former, now) = (former, now)
    if !former.contains(where: { $0.images != nil }), now.contains(where: { $0.images != nil }) {
      // A version of the program that kept nothing about images tells nothing about them, nor about their folder.
      now.removeAll { $0.images != nil }
      former.removeAll { file in !now.contains { $0.path == file.path } }
    }
    let files = (now + former).filter { file in
      !now.contains { $0.hasContents(of: file) } || !former.contains { $0.hasContents(of: file) }
    }
    let all = files.map(\.name)
    let changed = all.enumerated().filter { !all[..<$0.offset].contains($0.element) }.map(\.element)
    guard !changed.isEmpty else { return nil }
    let effect =
      if files.contains(where: { $0.split == nil }) {
        "the training goes on with other data, and no recipe gives its weights again"
      } else if files.contains(where: { $0.split == .validation }) {
        "the training samples are the same; only measurements change, and what they choose: the best weights, the learning "
          + "rates of the schedule plateau, and when stop ends training"
      } else {
        "the training samples are the same; only measurements change"
      }
    return "\(names(changed)) changed since the run began: \(effect)"
  }

  /// A warning if trainings of one job, whose results are compared, found other contents in a file than others did; nil if none
  /// did.
  /// - Parameters:
  ///   - found: the files of each training that has begun.
  ///   - now: the files as those that have not begun will find them; empty if there are none.
  ///   - noun: what the trainings are, such as "variant".
  ///   - job: what they belong to, such as "sweep".
  package static func change(among found: [[DataFile]], and now: [DataFile], noun: String, job: String) -> String? {
    var (seen, changed, others): (Set<String>, [String], Set<Int>) = ([], [], [])
    for name in (found.joined() + now).map(\.name) where seen.insert(name).inserted {
      let versions = found.map { files in files.first { $0.name == name } }
      // Those that have begun are compared with what is to come, or with the last one.
      guard let current = now.first(where: { $0.name == name }) ?? versions.compactMap(\.self).last else { continue }
      let differing = versions.indices.filter { versions[$0].map { !$0.hasContents(of: current) } ?? false }
      if !differing.isEmpty { changed.append(name) }
      others.formUnion(differing)
    }
    guard !changed.isEmpty else { return nil }
    let count = counted(others.count, noun)
    return "\(names(changed)) changed since the \(job) began: \(count) had other data than the rest, and results on "
      + "different data cannot be compared"
  }

  /// What it is called in warnings.
  private var name: String { images == nil ? path : "the images of \(path)" }

  /// Some of these names, and how many more there are.
  private static func names(_ all: [String]) -> String {
    all.prefix(3).joined(separator: ", ") + (all.count > 3 ? " and \(all.count - 3) more" : "")
  }

  /// Whether another file has the same name and contents.
  private func hasContents(of other: DataFile) -> Bool {
    // A version of the program that digested all contents tells nothing about blocks.
    name == other.name && bytes == other.bytes && (sha256 == other.sha256 || blocks != other.blocks)
  }
}
