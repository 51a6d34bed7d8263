/// When a log gets a line: every tenth of the run, and every minute.
struct LinePace {
  private static let seconds = 60.0

  private let totalSteps: Int
  private var tenth: Int
  private var last: Double

  /// Begins after a step, at a time in seconds.
  init(step: Int = 0, totalSteps: Int = 0, now: Double = 0) {
    self.totalSteps = max(totalSteps, 1)
    tenth = step * 10 / self.totalSteps
    last = now
  }

  /// Whether a line is due after a step; the next is then counted from here.
  mutating func isDue(step: Int, now: Double) -> Bool {
    let reached = step * 10 / totalSteps
    guard reached > tenth || now - last > LinePace.seconds else { return false }
    tenth = reached
    last = now
    return true
  }
}
