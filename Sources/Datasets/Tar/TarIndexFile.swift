import Diagnostics
import Formats
import Foundation

/// Where the index of a tar file is kept: beside it, or if nothing can be written there, in the user's cache.
struct TarIndexFile {
  /// The ending of an index's name, after the tar file's.
  static let ending = ".dp-train-index"

  private let tar: String

  /// The index of the tar file at a path.
  init(of tar: String) { self.tar = tar }

  /// Reads the index, if there is a sound one of the tar file as it is now; nil if not.
  func read(_ stamp: FileStamp) -> TarIndex? {
    for path in [beside, inCache].compactMap(\.self) {
      if let bytes = try? fileBytes(path), let index = TarIndex(bytes), index.stamp == stamp { return index }
    }
    return nil
  }

  /// Writes the index.
  /// - Returns: why it could not be written anywhere; nil if it was.
  func write(_ index: TarIndex) throws -> Failure? {
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

  private var beside: String { tar + TarIndexFile.ending }

  /// A file in the user's cache, named by the digest of the tar file's path; nil if there is no such folder.
  private var inCache: String? {
    let path = Array(URL(filePath: tar).standardizedFileURL.path.utf8)
    guard let folder = userCacheFolder, let digest = try? path.withUnsafeBytes({ try sha256(of: $0) }) else {
      return nil
    }
    return "\(folder)/tar/\(digest)\(TarIndexFile.ending)"
  }
}
