/// A file that another library reads, watched for changes.
struct WatchedFile: Sendable {
  private let path: String
  private let stamp: FileStamp

  /// The file at `path` as it is now; nil if there is none.
  init?(_ path: String) {
    guard let stamp = FileStamp(ofFile: path) else { return nil }
    (self.path, self.stamp) = (path, stamp)
  }

  /// Checks that the path still leads to the same contents.
  /// - Throws: `Failure` (data) if not.
  func checkUnchanged() throws { try stamp.check(FileStamp(ofFile: path), name: "'\(path)'") }
}
