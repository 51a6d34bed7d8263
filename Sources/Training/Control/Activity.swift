/// What a rank is doing, for its watch on another thread to see.
public final class Activity: @unchecked Sendable {
  /// The parts of a step, and what comes between steps.
  public enum Phase: Int, Sendable {
    case starting, loading, computing, receiving, waiting, updating, recording, evaluating, saving

    /// Whether it ends when others have done something.
    var isWaiting: Bool { self == .receiving || self == .waiting }

    /// For messages: "has been … for".
    var words: String {
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

  /// Is told of each phase as it begins, on the thread that computes; nil for nobody.
  public var listener: (any ActivityListener)?

  /// Words that one thread writes and another reads, each by itself: a stale one does no harm.
  private let words: UnsafeMutablePointer<Int>

  /// Nothing done yet.
  public init() {
    words = .allocate(capacity: 2)
    words.initialize(repeating: 0, count: 2)
  }

  deinit {
    words.deallocate()
  }

  /// Notes what begins now, in which step.
  func enter(_ phase: Phase, step: Int) {
    words[0] = step
    // Each note changes the word, even where a phase follows itself.
    words[1] = ((words[1] >> 8) &+ 1) << 8 | phase.rawValue
    listener?.phaseBegins(phase, step: step)
  }

  /// What was noted last; `count` differs after every note.
  var now: (step: Int, phase: Phase, count: Int) {
    let word = words[1]
    return (words[0], Phase(rawValue: word & 0xFF) ?? .starting, word >> 8)
  }
}

/// Looks on as a rank goes from one phase to the next, for example to write a timeline.
public protocol ActivityListener: AnyObject {
  /// A phase begins, and the one before it ends, in the course of a step or after it.
  func phaseBegins(_ phase: Activity.Phase, step: Int)
}
