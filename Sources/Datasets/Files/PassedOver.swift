/// The files and folders that stand among samples and are none.
public struct PassedOver: Equatable, Sendable {
  /// Files, by their paths from the folder on.
  public private(set) var files: [String]
  /// Folders, likewise.
  public private(set) var folders: [String]

  /// These files and folders.
  public init(files: [String] = [], folders: [String] = []) {
    self.files = files
    self.folders = folders
  }

  /// Adds a file or a folder.
  mutating func add(_ path: String, isFolder: Bool) {
    if isFolder { folders.append(path) } else { files.append(path) }
  }

  /// A sentence for files and one for folders, if there are any, of the folder `root`; `reason` says what makes a sample.
  public func notices(root: String, reason: String) -> [String] {
    [(files, "file", "files"), (folders, "folder", "folders")].filter { !$0.0.isEmpty }.map { paths, one, many in
      let names = paths.prefix(5).joined(separator: ", ") + (paths.count > 5 ? ", …" : "")
      return "\(root): \(paths.count) \(paths.count == 1 ? "\(one) is" : "\(many) are") not read (\(names)): \(reason)"
    }
  }
}
