import Diagnostics
import Foundation

/// The files that a recipe names by patterns with `{000..146}`, `{a,b}`, `*` and `?`, as a shell expands them.
public struct FilePattern: Equatable, Sendable {
  /// The paths of the files, in order: pattern after pattern; those of `*` in the order of their bytes.
  public let paths: [String]
  /// The patterns as one text, for messages.
  public let text: String

  /// More files than anyone has mean a wrong range.
  private static let limit = 1 << 20

  /// Finds the files of some patterns.
  /// - Throws: `Failure` (configuration) if a pattern gives too many names, (noInput) naming files that are missing.
  public init(_ patterns: [String]) throws {
    text = FilePattern.text(of: patterns)
    var paths: [String] = []
    for pattern in patterns {
      // A file may be named like a pattern.
      paths += try FilePattern.exists(pattern) ? [pattern] : FilePattern.names(pattern)
    }
    let missing = paths.filter { !FilePattern.exists($0) }
    guard missing.isEmpty else {
      let shown = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
      throw Failure(
        .noInput,
        paths.count == 1
          ? "\(shown) is missing" : "\(text): \(missing.count) of \(paths.count) files are missing: \(shown)",
        advice: pathAdvice(missing[0]))
    }
    self.paths = paths
  }

  /// Patterns as one: `{a,b}`.
  public static func text(of patterns: [String]) -> String {
    patterns.count == 1 ? patterns[0] : "{\(patterns.joined(separator: ","))}"
  }

  /// The names that a pattern stands for.
  private static func names(_ pattern: String) throws -> [String] {
    let names = try expand(pattern[...])
    return try names.flatMap { name in
      guard name.contains(where: { $0 == "*" || $0 == "?" }), !exists(name) else { return [name] }
      let found = files(name)
      guard !found.isEmpty else {
        throw Failure(
          .noInput, "\(name): there is no such file", advice: "* stands for any characters" + advice(name))
      }
      return found
    }
  }

  private static func advice(_ name: String) -> String { pathAdvice(name).map { "; \($0)" } ?? "" }

  /// The texts that a pattern's braces stand for.
  static func expand(_ pattern: Substring) throws -> [String] {
    guard let open = pattern.firstIndex(of: "{"), let close = end(of: open, in: pattern) else {
      return [String(pattern)]
    }
    let inner = parts(of: pattern[pattern.index(after: open)..<close])
    let middle: [String]
    if inner.count > 1 {
      middle = try inner.flatMap { try expand($0) }
    } else if let numbers = try range(inner[0]) {
      middle = numbers
    } else {
      middle = try expand(inner[0]).map { "{\($0)}" }
    }
    let tails = try expand(pattern[pattern.index(after: close)...])
    guard middle.count * tails.count <= limit else { throw tooMany(pattern) }
    return middle.flatMap { part in tails.map { pattern[..<open] + part + $0 } }
  }

  /// The brace that closes the one at a place.
  private static func end(of open: Substring.Index, in text: Substring) -> Substring.Index? {
    var depth = 0
    return text[open...].indices.first { index in
      if text[index] == "{" { depth += 1 }
      if text[index] == "}" { depth -= 1 }
      return depth == 0
    }
  }

  /// The parts of a text between commas that are not within braces.
  private static func parts(of text: Substring) -> [Substring] {
    var depth = 0
    return text.split(omittingEmptySubsequences: false) { character in
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      return character == "," && depth == 0
    }
  }

  /// The numbers of `000..146`, as wide as the wider of both if one begins with 0; nil for other texts.
  private static func range(_ text: Substring) throws -> [String]? {
    let ends = text.split(separator: "..", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ !$0.isEmpty && $0.count < 18 && $0.allSatisfy("0123456789".contains) }),
      let first = Int(ends[0]), let last = Int(ends[1])
    else { return nil }
    guard abs(last - first) < limit else { throw tooMany(text) }
    let isPadded = ends.contains { $0.hasPrefix("0") && $0.count > 1 }
    let width = isPadded ? max(ends[0].count, ends[1].count) : 0
    return stride(from: first, through: last, by: first <= last ? 1 : -1).map { number in
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
  }

  private static func tooMany(_ pattern: Substring) -> Failure {
    Failure(
      .configuration, "\(pattern) stands for more than \(limit) files",
      advice: "a range is {FIRST..LAST}, for example train-{000..146}")
  }

  /// The files that fit a name with `*` and `?`, in the order of their bytes.
  private static func files(_ name: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(name, GLOB_NOSORT, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { place in found.gl_pathv[place].map { String(cString: $0) } }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
