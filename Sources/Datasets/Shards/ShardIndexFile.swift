import Diagnostics
import Formats
import Foundation

/// Where the index of a shard is kept: beside it, or if nothing can be written there, in the user's cache.
struct ShardIndexFile {
  /// The ending of an index's name, after the shard's.
  static let ending = ".dp-train-index"

  private let shard: String

  /// The index of the shard at a path.
  init(of shard: String) { self.shard = shard }

  /// Reads the index, if there is a sound one of the shard as it is now; nil if not.
  func read(_ stamp: FileStamp) -> ShardIndex? {
    for path in [beside, inCache].compactMap(\.self) {
      if let bytes = try? fileBytes(path), let index = ShardIndex(bytes), index.stamp == stamp { return index }
    }
    return nil
  }

  /// Writes the index.
  /// - Returns: why it could not be written anywhere; nil if it was.
  func write(_ index: ShardIndex) throws -> Failure? {
    let bytes = try index.encoded()
    do {
      try AtomicFile.write(bytes, to: beside)
      return nil
    } catch let failure as Failure {
      guard let inCache else { return failure }
      do {
        try makeFolders(holding: inCache)
        try AtomicFile.write(bytes, to: inCache)
        return nil
      } catch is Failure {
        return failure
      }
    }
  }

  private var beside: String { shard + ShardIndexFile.ending }

  /// A file in the user's cache, named by the digest of the shard's path; nil if there is no such folder.
  private var inCache: String? {
    let path = Array(URL(filePath: shard).standardizedFileURL.path.utf8)
    guard let folder = userCacheFolder, let digest = try? path.withUnsafeBytes({ try sha256(of: $0) }) else {
      return nil
    }
    return "\(folder)/shards/\(digest)\(ShardIndexFile.ending)"
  }
}
