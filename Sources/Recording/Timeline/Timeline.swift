import Collectives
import Formats
import Layers
import Training

/// The timeline of a run on all ranks, as a trace for Perfetto and Chrome's trace viewer. Each rank is a process there.
public final class Timeline {
  private let recorder: TimelineRecorder
  private let communicator: any Communicator
  /// This rank's clock at the start of rank 0's timeline.
  private let origin: Double

  /// Aligns the ranks' clocks. Every rank makes a timeline, which records the first `steps` steps of this process.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public init(_ model: Model, steps: Int, communicator: any Communicator) throws {
    recorder = TimelineRecorder(model: model, steps: steps)
    self.communicator = communicator
    let offset = try communicator.clockOffset()
    var beginning = monotonicSeconds()
    try withUnsafeMutableBytes(of: &beginning) { try communicator.broadcast($0, root: 0) }
    origin = beginning + offset
  }

  /// Observes a trainer that reports its phases to `activity`.
  public func follow(_ trainer: Trainer, activity: Activity) {
    activity.listener = recorder
    trainer.layerObserver = recorder
  }

  /// Writes the events of all ranks; every rank calls it, and rank 0 gives the path.
  /// - Throws: `Failure` if the ranks cannot exchange data, or (cannotCreate, inputOutput) naming the file.
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
    // A span comes before those within it.
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

  /// Nanoseconds since the start of the timeline.
  private func nanoseconds(_ seconds: Double) -> Int { Int(((seconds - origin) * 1e9).rounded()) }
}
