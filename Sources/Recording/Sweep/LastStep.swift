import Formats
import Foundation

/// How far a run is, by the last lines of its `metrics.jsonl`, without reading it all.
package struct LastStep {
  /// The step and the epoch.
  package let step, epoch: Int
  /// The step's loss; NaN if no label counts.
  package let loss: Double

  private static let tail: UInt64 = 4096

  /// Reads the last line of a step; nil if there is none yet.
  package init?(of folder: RunFolder) {
    guard let file = FileHandle(forReadingAtPath: folder.metrics), let end = try? file.seekToEnd() else { return nil }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: end - min(end, Self.tail))) != nil, let data = try? file.readToEnd(),
      let last = data.lastIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let decoder = JSONDecoder.withSpecialNumbers()
    let lines = data[..<last].split(separator: UInt8(ascii: "\n")).reversed().lazy
    // The first of these lines may be a part of one.
    guard
      let line = lines.compactMap({ try? decoder.decode(MetricsLine.self, from: $0) }).first(where: {
        $0.event == "step"
      })
    else { return nil }
    (step, epoch, loss) = (line.step, line.epoch, line.loss ?? .nan)
  }
}
