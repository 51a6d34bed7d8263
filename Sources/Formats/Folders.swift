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
/// - Throws: `Failure` (cannotCreate, inputOutput) if they cannot be created.
public func makeFolders(holding path: String) throws {
  let folder = parentFolder(of: path)
  guard !folder.isEmpty else { return }
  let fault = makeFolders(folder)
  guard fault == 0 else {
    throw Failure(
      exitCode(ofMaking: fault), "cannot make the folder \(folder): \(reason(fault))",
      advice: "choose one that you may write to")
  }
}

/// The names in a folder in the order of their bytes, without hidden ones.
/// - Throws: `Failure` (noInput) if there is no such folder or it may not be read, (inputOutput) if the disk or file system fails.
package func shownNames(inFolder path: String) throws -> [String] {
  func failure() -> Failure { unopened(path) { "\(path) cannot be read: \($0)" } }
  guard let folder = opendir(path) else { throw failure() }
  defer { closedir(folder) }
  // One name after the other, each with a zero at its end: sorting a million strings would take a second.
  var (bytes, starts) = ([CChar](), [Int]())
  errno = 0
  while let entry = readdir(folder) {
    guard let name = MemoryLayout<dirent>.offset(of: \.d_name).map({ UnsafeRawPointer(entry) + $0 }) else { break }
    let text = name.assumingMemoryBound(to: CChar.self)
    if text[0] != CChar(bitPattern: UInt8(ascii: ".")) {
      starts.append(bytes.count)
      bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: strlen(text) + 1))
    }
    errno = 0
  }
  guard errno == 0 else { throw failure() }
  return bytes.withUnsafeBufferPointer { bytes in
    guard let base = bytes.baseAddress else { return [] }
    starts.sort { strcmp(base + $0, base + $1) < 0 }
    return starts.map { String(cString: base + $0) }
  }
}

/// Not NSString's deletingLastPathComponent, which traps on Linux if the path is a single letter.
private func parentFolder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
