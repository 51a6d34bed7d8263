/// What a rank is doing, for its watch on another thread to see.
public final class Activity: @unchecked Sendable {
  /// The parts of a step, and what comes between steps.
  public enum Phase: Int, Sendable {
    case starting, loading, computing, waiting, updating, evaluating, saving

    /// For messages: "has been … for".
    var words: String {
      switch self {
      case .starting: "starting"
      case .loading: "loading samples"
      case .computing: "computing"
      case .waiting: "waiting for the others"
      case .updating: "updating the weights"
      case .evaluating: "evaluating"
      case .saving: "saving a checkpoint"
      }
    }
  }

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
  }

  /// What was noted last; `count` differs after every note.
  var now: (step: Int, phase: Phase, count: Int) {
    let word = words[1]
    return (words[0], Phase(rawValue: word & 0xFF) ?? .starting, word >> 8)
  }
}
