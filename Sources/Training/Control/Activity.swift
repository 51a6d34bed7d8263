/// What a rank is doing: each phase is told to a listener as it begins, is seen by the rank's watch on another thread, and
/// is timed.
public final class Activity: @unchecked Sendable {
  /// The parts of a step, and what comes between steps.
  public enum Phase: Int, CaseIterable, Sendable {
    case starting, loading, computing, receiving, waiting, updating, recording, evaluating, saving

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
      }
    }
  }

  /// Is told of each phase as it begins, on the thread that computes; or nil.
  public var listener: (any ActivityListener)?

  /// Words that one thread writes and another reads, each by itself: a stale one does no harm.
  private let words: UnsafeMutablePointer<Int>
  /// The seconds of each phase that were not taken yet, without the present one's.
  private let seconds: UnsafeMutableBufferPointer<Double>
  /// When the present phase began.
  private var start = monotonicSeconds()

  /// Nothing done yet.
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

  /// Ends the present phase; another begins, in a step.
  func enter(_ phase: Phase, step: Int) {
    let end = monotonicSeconds()
    seconds[now.phase.rawValue] += end - start
    start = end
    words[0] = step
    // Each note changes the word, even if a phase follows itself.
    words[1] = ((words[1] >> 8) &+ 1) << 8 | phase.rawValue
    listener?.phaseBegins(phase, step: step)
  }

  /// Runs `body` as a phase within the present one, which continues afterwards; but not if `body` throws, for then nothing
  /// does.
  func during<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
    let outer = now
    enter(phase, step: outer.step)
    let result = try body()
    enter(outer.phase, step: outer.step)
    return result
  }

  /// Forgets the seconds so far.
  func restart() {
    seconds.update(repeating: 0)
    start = monotonicSeconds()
  }

  /// Seconds of a phase since they were last taken, without the present phase.
  func takeSeconds(of phase: Phase) -> Double {
    defer { seconds[phase.rawValue] = 0 }
    return seconds[phase.rawValue]
  }

  /// The seconds of all phases likewise.
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

/// Is told as a rank enters one phase after the other, for example to write a timeline.
public protocol ActivityListener: AnyObject {
  /// A phase begins, in a step or after it, and the one before it ends.
  func phaseBegins(_ phase: Activity.Phase, step: Int)
}
