import Foundation
import Testing

/// The lines of a `metrics.jsonl`.
struct Metrics {
  /// A line of either kind.
  struct Line: Decodable, Equatable {
    let event: String
    let step: Int
    let epoch: Int
    let loss: Double
    let accuracy: Double
    let gradientNorm: Double?
    let samples: Int?
  }

  let steps: [Line]
  let evaluations: [Line]
  /// The line of an early end, or of the best weights.
  let end: String?
  /// The names in each line, in the file's order.
  let keys: [Set<String>]

  /// Reads the file of a run; every line must be JSON. Lines of the ranks' shares are left out: they depend on times.
  init(run: String, in folder: Folder) throws {
    let lines = try folder.text("\(run)/metrics.jsonl").split(separator: "\n")
      .filter { !$0.contains("\"event\":\"shares\"") }.map { Data($0.utf8) }
    keys = try lines.map { line in
      Set(try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any]).keys)
    }
    let last = lines.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    end = last.contains("\"event\":\"end\"") ? last : nil
    let all = try lines.dropLast(end == nil ? 0 : 1).map { try JSONDecoder().decode(Line.self, from: $0) }
    steps = all.filter { $0.event == "step" }
    evaluations = all.filter { $0.event == "evaluation" }
    #expect(steps.count + evaluations.count == all.count)
  }
}
