import Collectives
import Formats
import Layers
import Training

/// The timeline of a run on all ranks, as a trace that Perfetto and Chrome's trace viewer show: each rank is a process.
public final class Timeline {
  private let recorder: TimelineRecorder
  private let communicator: any Communicator
  /// This rank's clock where rank 0's timeline begins.
  private let origin: Double

  /// Aligns the ranks' clocks and notes the first `steps` steps of this process; every rank makes one.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public init(_ model: Model, steps: Int, communicator: any Communicator) throws {
    recorder = TimelineRecorder(model: model, steps: steps)
    self.communicator = communicator
    let offset = try communicator.clockOffset()
    var beginning = monotonicSeconds()
    try withUnsafeMutableBytes(of: &beginning) { try communicator.broadcast($0, root: 0) }
    origin = beginning + offset
  }

  /// Looks on as a trainer works that tells `activity` what it is at.
  public func follow(_ trainer: Trainer, activity: Activity) {
    activity.listener = recorder
    trainer.layerObserver = recorder
  }

  /// Writes what all ranks have noted; every rank calls it, and rank 0 gives the path.
  /// - Throws: `Failure` where the ranks cannot exchange data, or (cannotCreate, inputOutput) naming the file.
  public func write(to path: String?) throws {
    recorder.finish()
    let ranks = try communicator.gather(events)
    guard let path else { return }
    try AtomicFile.write(to: path) { append in
      try Array("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n".utf8).withUnsafeBytes(append)
      for (rank, events) in ranks.enumerated() {
        if rank > 0 { try Array(",\n".utf8).withUnsafeBytes(append) }
        try events.withUnsafeBytes(append)
      }
      try Array("\n]}\n".utf8).withUnsafeBytes(append)
    }
  }

  /// This rank's events, separated by commas.
  private var events: [UInt8] {
    var lines = JSONLines()
    addMetadata("process_name", to: &lines) { $0.add(quoted: communicator.name) }
    lines.add(",\n")
    addMetadata("thread_name", to: &lines) { $0.add("\"training\"") }
    // What holds others comes before them.
    for span in recorder.spans.sorted(by: { ($0.start, -$0.end) < ($1.start, -$1.end) }) {
      lines.add(",\n{\"name\":")
      lines.add(quoted: recorder.names[span.name])
      lines.add(",\"ph\":\"X\",\"pid\":")
      lines.add(communicator.rank)
      lines.add(",\"tid\":0,\"ts\":")
      let (start, end) = (nanoseconds(span.start), nanoseconds(span.end))
      lines.add(Double(start) / 1e3)
      lines.add(",\"dur\":")
      lines.add(Double(end - start) / 1e3)
      lines.add(",\"args\":{\"step\":")
      lines.add(span.step)
      lines.add("}}")
    }
    return lines.bytes
  }

  private func addMetadata(_ kind: StaticString, to lines: inout JSONLines, name: (inout JSONLines) -> Void) {
    lines.add("{\"name\":\"")
    lines.add(kind)
    lines.add("\",\"ph\":\"M\",\"pid\":")
    lines.add(communicator.rank)
    lines.add(",\"tid\":0,\"args\":{\"name\":")
    name(&lines)
    lines.add("}}")
  }

  /// Whole nanoseconds since the timeline began.
  private func nanoseconds(_ seconds: Double) -> Int { Int(((seconds - origin) * 1e9).rounded()) }
}
