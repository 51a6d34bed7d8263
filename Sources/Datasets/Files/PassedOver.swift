/// The files and folders among samples that are not read.
public struct PassedOver: Equatable, Sendable {
  /// Files, by their paths within the folder.
  public private(set) var files: [String]
  /// Folders, by their paths within the folder.
  public private(set) var folders: [String]

  /// Takes lists of files and folders.
  public init(files: [String] = [], folders: [String] = []) {
    self.files = files
    self.folders = folders
  }

  /// Adds a file or a folder.
  mutating func add(_ path: String, isFolder: Bool) {
    if isFolder { folders.append(path) } else { files.append(path) }
  }

  /// One sentence about the files and one about the folders, if any, of the folder `root`; `reason` says what a sample
  /// is.
  public func notices(root: String, reason: String) -> [String] {
    [(files, "file", "files"), (folders, "folder", "folders")].filter { !$0.0.isEmpty }.map { paths, one, many in
      let names = paths.prefix(5).joined(separator: ", ") + (paths.count > 5 ? ", …" : "")
      return "\(root): \(paths.count) \(paths.count == 1 ? "\(one) is" : "\(many) are") not read (\(names)): \(reason)"
    }
  }
}
