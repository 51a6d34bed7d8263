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
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      let parts = first.split(separator: ":", maxSplits: 1)
      let count = words.dropFirst().first { $0.hasPrefix("slots=") }?.dropFirst(6) ?? parts.dropFirst().first ?? "1"
      guard let name = parts.first, let ranks = Int(count), ranks > 0 else {
        throw Failure(
          .data, "\(path), line \(index + 1): \"\(line)\" names no machine and its ranks",
          advice: "write NAME slots=RANKS, for example node1 slots=8")
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
}
