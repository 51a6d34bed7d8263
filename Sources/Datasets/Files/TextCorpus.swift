import Diagnostics
import Formats
import Foundation

/// Lines of text in several classes: a folder with one UTF-8 file `CLASS.txt` per class, one sample per line.
///
/// Lines are converted to Unicode's normalization form C and stripped of surrounding blanks; empty lines are left out.
public struct TextCorpus: Sendable {
  /// The most letters of a line; longer ones suggest another kind of file.
  public static let longestLine = 10_000

  /// The folder.
  public let folder: String
  /// The files' names without `.txt`, in the order of their Unicode scalars.
  public let classNames: [String]
  /// The lines, class by class, in the files' order.
  public private(set) var lines: [String] = []
  /// The class of each line.
  public private(set) var classes: [Int32] = []
  /// The number of left-out lines that repeat an earlier line of their file.
  public private(set) var repeated = 0
  /// The files and folders that were not read.
  public let passedOver: PassedOver

  /// Reads all files of `folder` that end in `.txt`, in upper or lower case, except README.txt and LICENSE.txt. Unless
  /// `keepsDuplicates`, repeated lines of a file are left out; a line in the files of two classes is a sample of each.
  /// If `expected` is given, the folder's classes must be among them.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line and what would be right.
  public init(folder: String, keepsDuplicates: Bool, classNames expected: [String]? = nil) throws {
    self.folder = folder
    let all: [String]
    do {
      all = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    } catch {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder.boolValue {
        throw Failure(
          .noInput, "\(folder) is a file, but must be a folder",
          advice: "name the folder that holds one file per class")
      }
      throw Failure(
        .noInput, "\(folder): the folder cannot be read",
        advice: pathAdvice(folder) ?? "check that it is there, and its permissions")
    }
    let files = all.filter(TextCorpus.isClass)
    guard files.count > (expected == nil ? 1 : 0) else {
      throw Failure(
        .data, "\(folder): \(files.first.map { "\($0) is the only class" } ?? "there are no files that end in .txt")",
        advice: "there must be a file CLASS.txt for each of two or more classes, with one sample per line")
    }
    let names = files.map { String($0.dropLast(4)) }
    if let twice = zip(names, files).first(where: { name, file in names.filter { $0 == name }.count > 1 }) {
      throw Failure(.data, "\(folder): two files are of the class \(twice.0)", advice: "let one of them be \(twice.1)")
    }
    classNames = expected ?? names
    var others = PassedOver()
    for other in all where !TextCorpus.isClass(other) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(folder)/\(other)", isDirectory: &isFolder)
      others.add(other, isFolder: isFolder.boolValue)
    }
    passedOver = others
    for (name, file) in zip(names, files) {
      guard let index = classNames.firstIndex(of: name) else {
        throw Failure(
          .data, "\(folder)/\(file): \(name) is not a class of the training samples",
          advice: "they have the classes \(listed(classNames, most: 20))")
      }
      let found = try TextCorpus.lines(of: "\(folder)/\(file)")
      var seen: Set<String> = []
      for line in found {
        guard keepsDuplicates || seen.insert(line).inserted else {
          repeated += 1
          continue
        }
        lines.append(line)
        classes.append(Int32(index))
      }
    }
  }

  /// Whether a file of that name is a class.
  private static func isClass(_ file: String) -> Bool {
    let name = file.lowercased()
    return name.hasSuffix(".txt") && !["readme.txt", "license.txt"].contains(name)
  }

  private static func lines(of path: String) throws -> [String] {
    var lines: [String] = []
    try forEachLine(ofFile: path) { raw, number in
      guard let text = String(validating: raw, as: UTF8.self) else {
        throw Failure(.data, "\(path):\(number): the line is not UTF-8 text", advice: "convert the file to UTF-8")
      }
      let line = normalized(text)
      guard !line.isEmpty else { return }
      guard line.unicodeScalars.count <= longestLine else {
        throw Failure(
          .data, "\(path):\(number): the line has \(line.unicodeScalars.count) letters",
          advice: "each line is one sample, of at most \(longestLine) letters")
      }
      lines.append(line)
    }
    guard !lines.isEmpty else {
      throw Failure(.data, "\(path): there is no text", advice: "each class needs a sample; each line is one sample")
    }
    return lines
  }

  /// The text in normalization form C, without surrounding blanks.
  static func normalized(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
  }
}
