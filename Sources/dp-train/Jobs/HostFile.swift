import DPTrain
import Foundation

/// A list of machines in the format of Open MPI and MPICH.
enum HostFile {
  /// Reads machines and their ranks: "NAME slots=4", "NAME:4", or "NAME" for one rank. The ranks of a repeated machine
  /// are added, as PBS needs.
  /// - Throws: `Failure` (noInput, data) that names the file and the line.
  static func read(_ path: String) throws -> [(name: String, ranks: Int)] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Failure(.noInput, "\(path) cannot be read", advice: "give a file with lines such as node1 slots=8")
    }
    var hosts: [(name: String, ranks: Int)] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let first = fields.first else { continue }
      let slots = fields.dropFirst().first { $0.hasPrefix("slots=") }?.dropFirst(6)
      let (name, behind) = divided(first)
      guard let ranks = Int(slots ?? behind ?? "1"), ranks > 0 else {
        throw Failure(
          .data, "\(path), line \(index + 1): \"\(line)\" names no machine and its ranks",
          advice: "write NAME slots=RANKS, for example node1 slots=8")
      }
      // The launcher would take other names for options or for several arguments.
      guard !name.hasPrefix("-"), name.wholeMatch(of: /[A-Za-z0-9._:\[\]-]+/) != nil else {
        throw Failure(
          .data, "\(path), line \(index + 1): \"\(name)\" is no name of a machine",
          advice: "names are made of letters, digits and . - _ and begin with no -; addresses may have : [ ]")
      }
      if let known = hosts.firstIndex(where: { $0.name == name }) {
        hosts[known].ranks += ranks
      } else {
        hosts.append((String(name), ranks))
      }
    }
    guard !hosts.isEmpty else { throw Failure(.data, "\(path) names no machine") }
    return hosts
  }

  /// Splits a word at the colon before its ranks. IPv6 addresses have colons of their own.
  private static func divided(_ word: Substring) -> (name: Substring, behind: Substring?) {
    let isAddress = word.count { $0 == ":" } > 1
    let start = isAddress ? word.lastIndex(of: "]") ?? word.endIndex : word.startIndex
    guard let colon = word[start...].firstIndex(of: ":") else { return (word, nil) }
    return (word[..<colon], word[word.index(after: colon)...])
  }
}
