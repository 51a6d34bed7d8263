import Foundation

/// The files of the repository.
enum Repository {
  /// Its top folder.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// README, CONTRIBUTING and all pages under docs, by their paths from the top.
  static let documents: [Document] = {
    let pages = files(under: "docs", endingIn: [".md"])
    return (["README.md", "CONTRIBUTING.md"] + pages).map { Document(path: $0, text: text(of: $0)) }
  }()

  /// All sources, and all tests, each as one text.
  static let sources = all(under: "Sources", endingIn: [".swift", ".c", ".h"])
  static let tests = all(under: "Tests", endingIn: [".swift"])

  /// Whether there is a file or folder at a path from the top.
  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static func text(of path: String) -> String {
    (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
  }

  private static func all(under folder: String, endingIn suffixes: [String]) -> String {
    files(under: folder, endingIn: suffixes).map(text).joined(separator: "\n")
  }

  private static func files(under folder: String, endingIn suffixes: [String]) -> [String] {
    let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap { $0 as? String }
    return (names ?? []).filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted().map { "\(folder)/\($0)" }
  }
}
