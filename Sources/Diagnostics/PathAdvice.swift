import Foundation

/// What to say of a file or folder that is missing: where its path starts from; nil where the path says it itself.
package func pathAdvice(_ path: String) -> String? {
  if path == "~" || path.hasPrefix("~/") {
    return "~ is the home folder in a shell alone: write \(NSHomeDirectory())\(path.dropFirst())"
  }
  guard !path.hasPrefix("/") else { return nil }
  return "paths start from the folder that the program is started in, \(FileManager.default.currentDirectoryPath)"
}
