/// The phases of a rank's work. Each is timed, is told to a listener as it begins, and is visible to the rank's watching
/// thread.
public final class Activity: @unchecked Sendable {
  /// A phase of a step, or of the time between steps.
  public enum Phase: Int, CaseIterable, Sendable {
    case starting, loading, computing, receiving, waiting, updating, recording, evaluating, saving, balancing

    /// Whether the rank waits for other ranks.
    var isWaiting: Bool { self == .receiving || self == .waiting }

    /// A description for messages: "has been … for".
    var text: String {
      switch self {
      case .starting: "starting"
      case .loading: "loading samples"
      case .computing: "computing"
      case .receiving: "waiting for the others' weights"
      case .waiting: "waiting for the others"
      case .updating: "updating the weights"
      case .recording: "writing down its progress"
      case .evaluating: "evaluating"
      case .saving: "saving a checkpoint"
      case .balancing: "giving the ranks other shards"
      }
    }
  }

  /// The listener, called on the computing thread; nil for none.
  public var listener: (any ActivityListener)?

  /// Words that one thread writes and another reads separately; a stale one does no harm.
  private let words: UnsafeMutablePointer<Int>
  /// The seconds of each phase that have not been taken, without the current phase.
  private let seconds: UnsafeMutableBufferPointer<Double>
  /// The start of the current phase.
  private var start = monotonicSeconds()

  /// An activity before the first phase.
  public init() {
    words = .allocate(capacity: 2)
    words.initialize(repeating: 0, count: 2)
    seconds = .allocate(capacity: Phase.allCases.count)
    seconds.initialize(repeating: 0)
  }

  deinit {
    words.deallocate()
    seconds.deallocate()
  }

  /// Ends the current phase and begins another, in a step.
  func enter(_ phase: Phase, step: Int) {
    begin(phase, step: step)
    listener?.phaseBegins(phase, step: step)
  }

  private func begin(_ phase: Phase, step: Int) {
    let end = monotonicSeconds()
    seconds[now.phase.rawValue] += end - start
    start = end
    words[0] = step
    // Each note changes the word, even if a phase follows itself.
    words[1] = ((words[1] >> 8) &+ 1) << 8 | phase.rawValue
  }

  /// Runs `body`, which waits for other ranks within a layer's work. The listener is not told: it shows the layer there.
  func wait(_ body: () throws -> Void) throws {
    let outer = now
    begin(.waiting, step: outer.step)
    try body()
    begin(outer.phase, step: outer.step)
  }

  /// Runs `body` as a phase within the current one, which continues afterwards unless `body` throws.
  func during<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
    let outer = now
    enter(phase, step: outer.step)
    let result = try body()
    enter(outer.phase, step: outer.step)
    return result
  }

  /// Sets all seconds to zero.
  func restart() {
    seconds.update(repeating: 0)
    start = monotonicSeconds()
  }

  /// Takes the seconds of a phase since the last call, without the current phase.
  func takeSeconds(of phase: Phase) -> Double {
    defer { seconds[phase.rawValue] = 0 }
    return seconds[phase.rawValue]
  }

  /// Takes the seconds of all phases since the last call, without the current phase.
  func takeSeconds() -> Double {
    defer { seconds.update(repeating: 0) }
    return seconds.reduce(0, +)
  }

  /// The current phase and its step; `count` changes with every phase.
  var now: (step: Int, phase: Phase, count: Int) {
    let word = words[1]
    return (words[0], Phase(rawValue: word & 0xFF) ?? .starting, word >> 8)
  }
}

/// Is told of a rank's phases, for example to write a timeline.
public protocol ActivityListener: AnyObject {
  /// Called when a phase begins and the one before ends, in or after a step.
  func phaseBegins(_ phase: Activity.Phase, step: Int)
}
