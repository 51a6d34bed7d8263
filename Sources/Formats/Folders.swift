import Diagnostics
import Foundation

/// Creates a folder and missing ones above it. Returns 0, or the system's error number, which FileManager's errors do
/// not always have.
public func makeFolders(_ path: String) -> Int32 {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) { return isFolder.boolValue ? 0 : EEXIST }
  let parent = parentFolder(of: path)
  let fault = parent.isEmpty ? 0 : makeFolders(parent)
  guard fault == 0 else { return fault == EEXIST ? ENOTDIR : fault }
  return mkdir(path, 0o777) == 0 || errno == EEXIST ? 0 : errno
}

/// Creates the missing folders above the file `path`.
/// - Throws: `Failure` (cannotCreate) if they cannot be created.
public func makeFolders(holding path: String) throws {
  let folder = parentFolder(of: path)
  guard !folder.isEmpty else { return }
  let fault = makeFolders(folder)
  guard fault == 0 else {
    throw Failure(
      .cannotCreate, "cannot make the folder \(folder): \(reason(fault))", advice: "choose one that you may write to")
  }
}

/// Not NSString's deletingLastPathComponent, which traps on Linux if the path is a single letter.
private func parentFolder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
