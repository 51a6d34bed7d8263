import Diagnostics
import Formats
import Foundation

/// Lines of text of several classes: a folder with a file `CLASS.txt` for each, UTF-8, one sample a line.
///
/// Lines are brought to Unicode's normalization form C; blanks around them and empty lines do not count.
public struct TextCorpus: Sendable {
  /// The most letters of a line; longer ones are no lines of such a corpus.
  public static let longestLine = 10_000

  /// The files' names without `.txt`, in the order of their Unicode scalars.
  public let classNames: [String]
  /// The lines, class by class, in the files' order.
  public private(set) var lines: [String] = []
  /// The class of each line.
  public private(set) var classes: [Int32] = []

  /// Reads all files of `folder` that end in `.txt`. A line that stands in its file twice counts once where
  /// `keepsDuplicates` is false; one that stands in the files of two classes is a sample of each.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line and what would be right.
  public init(folder: String, keepsDuplicates: Bool) throws {
    let files: [String]
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasSuffix(".txt") && !$0.hasPrefix(".") }
        .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    } catch {
      throw Failure(
        .noInput, "\(folder): the folder cannot be read", advice: "check that it is there, and its permissions")
    }
    guard files.count > 1 else {
      throw Failure(
        .data, "\(folder): \(files.first.map { "\($0) is the only class" } ?? "there are no files that end in .txt")",
        advice: "there must be a file CLASS.txt for each of two or more classes, with one sample a line")
    }
    classNames = files.map { String($0.dropLast(4)) }
    for (index, file) in files.enumerated() {
      let found = try TextCorpus.lines(of: "\(folder)/\(file)")
      var seen: Set<String> = []
      for line in found where keepsDuplicates || seen.insert(line).inserted {
        lines.append(line)
        classes.append(Int32(index))
      }
    }
  }

  private static func lines(of path: String) throws -> [String] {
    let bytes = try fileBytes(path)
    var lines: [String] = []
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    for (index, raw) in bytes[(isMarked ? 3 : 0)...].split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    {
      guard let text = String(validating: raw, as: UTF8.self) else {
        throw Failure(.data, "\(path):\(index + 1): the line is not UTF-8 text", advice: "convert the file to UTF-8")
      }
      let line = normalized(text)
      guard !line.isEmpty else { continue }
      guard line.unicodeScalars.count <= longestLine else {
        throw Failure(
          .data, "\(path):\(index + 1): the line has \(line.unicodeScalars.count) letters",
          advice: "each line is one sample, of at most \(longestLine) letters")
      }
      lines.append(line)
    }
    guard !lines.isEmpty else {
      throw Failure(.data, "\(path): there is no text", advice: "each class needs a sample; one line is one sample")
    }
    return lines
  }

  /// The text in normalization form C, without blanks around it.
  static func normalized(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
  }
}
