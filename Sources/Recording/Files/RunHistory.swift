import Foundation

/// A line of `history.jsonl`: a start of a run, or its stop or pause before the end. Scripts that start ranks again read it, too.
package struct RunHistory: Codable, Equatable, Sendable {
  /// What happened.
  package enum Event: String, Codable, Sendable {
    /// Training began, or was resumed.
    case start
    /// Training was asked to stop, and saved its state.
    case stop
    /// A sweep made training wait for its other variants; its state is saved.
    case pause
  }

  /// What happened.
  package let event: Event
  /// When, ISO 8601.
  package let time: String
  /// The last step that was done before.
  package let step: Int
  /// The number of ranks that compute, and their machines.
  package let ranks: Int
  package let hosts: [String]
  /// What ended the start before, or asked training to stop; nil if nobody said it.
  package let cause: String?

  /// A line of now, about the ranks of a run.
  package init(_ event: Event, step: Int, ranks: Int, hosts: [String], cause: String?) {
    self.event = event
    time = ISO8601DateFormatter().string(from: Date())
    self.step = step
    self.ranks = ranks
    self.hosts = hosts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    self.cause = cause
  }

  /// The starts of a run as words, if there was more than one; nil otherwise.
  package static func words(_ lines: [RunHistory]) -> String? {
    var words: [String] = []
    var stop: String?
    for line in lines {
      guard line.event == .start else {
        stop = line.event == .pause ? "a pause" : line.cause.map { "a stop by \($0)" } ?? "a stop"
        continue
      }
      let place = "\(Format.count(line.ranks, "rank")) on \(line.hosts.joined(separator: ", "))"
      let cause = (line.cause ?? stop).map { ", after \($0)" } ?? ""
      words.append(words.isEmpty ? place : "from step \(Format.count(line.step)) \(place)\(cause)")
      stop = nil
    }
    return words.count > 1 ? "\(words.count): " + words.joined(separator: "; ") : nil
  }
}

extension RunFolder {
  /// The starts of a run and its stops so far. Damaged lines are left out.
  package func readHistory() -> [RunHistory] {
    let data = FileManager.default.contents(atPath: history) ?? Data()
    return data.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONDecoder().decode(RunHistory.self, from: $0) }
  }

  /// Adds a line to the history.
  /// - Throws: `Failure` naming the file.
  package func note(_ line: RunHistory) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = try (readHistory() + [line]).map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try write(lines.joined(), to: history)
  }
}
