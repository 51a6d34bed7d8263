import DPTrain
import Foundation

/// A list of machines, as Open MPI and MPICH read them.
enum HostFile {
  /// The machines of a file, each with its ranks: "NAME slots=4", "NAME:4", or "NAME" for one. A machine may stand there
  /// more than once, as PBS writes it.
  /// - Throws: `Failure` (noInput, data) naming the file and the line.
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
      // Others would be options, or further arguments, to those who start ranks.
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
  /// A word's name of a machine, and what stands behind a colon. Addresses of IPv6 have colons of their own.
  private static func divided(_ word: Substring) -> (name: Substring, behind: Substring?) {
    let isAddress = word.count { $0 == ":" } > 1
    let start = isAddress ? word.lastIndex(of: "]") ?? word.endIndex : word.startIndex
    guard let colon = word[start...].firstIndex(of: ":") else { return (word, nil) }
    return (word[..<colon], word[word.index(after: colon)...])
  }
}
