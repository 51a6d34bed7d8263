import Diagnostics
import Formats
import Foundation

/// Names of classes in a file, one on each line.
public enum ClassNames {
  /// Reads the names; empty lines are skipped.
  /// - Throws: `Failure` (noInput, inputOutput) if the file cannot be read, (data) naming a line that is not text or a name that
  ///   comes twice, or if there are none.
  public static func read(_ path: String) throws -> [String] {
    var names: [String] = []
    var lines: [String: Int] = [:]
    try forEachLine(ofFile: path) { line, number in
      guard let name = String(validating: line, as: UTF8.self)?.trimmingCharacters(in: .whitespaces) else {
        throw Failure(.data, "\(path):\(number): the line is not UTF-8 text", advice: "convert the file to UTF-8")
      }
      guard !name.isEmpty else { return }
      if let first = lines.updateValue(number, forKey: name) {
        throw Failure(
          .data, "\(path):\(number): the class \(name) is on line \(first) already", advice: "each class has one name")
      }
      names.append(name)
    }
    guard !names.isEmpty else {
      throw Failure(.data, "\(path) has no names of classes", advice: "it has one on each line")
    }
    return names
  }
}
