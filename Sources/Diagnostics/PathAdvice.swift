import Foundation

/// Advice on a missing file or folder: where a relative path or `~` starts; nil if the path is absolute.
package func pathAdvice(_ path: String) -> String? {
  if path == "~" || path.hasPrefix("~/") {
    return "~ is the home folder in a shell alone: write \(NSHomeDirectory())\(path.dropFirst())"
  }
  guard !path.hasPrefix("/") else { return nil }
  return "paths start from the folder that the program is started in, \(FileManager.default.currentDirectoryPath)"
}
