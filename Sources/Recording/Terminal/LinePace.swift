/// Decides when a log gets a line: every tenth of the run, and every minute.
struct LinePace {
  private static let seconds = 60.0

  private let totalSteps: Int
  private var tenth: Double
  private var last: Double

  /// Starts after a step, at a time in seconds.
  init(step: Int = 0, totalSteps: Int = 0, now: Double = 0) {
    self.totalSteps = totalSteps
    tenth = LinePace.tenth(step, of: totalSteps)
    last = now
  }

  /// The tenth of the run in which a step ends, from 0; more if it is beyond `totalSteps`.
  static func tenth(_ step: Int, of totalSteps: Int) -> Double {
    (Double(step) * 10 / Double(max(totalSteps, 1))).rounded(.down)
  }

  /// Whether a line is due after a step. If so, the next interval starts here.
  mutating func isDue(step: Int, now: Double) -> Bool {
    let reached = LinePace.tenth(step, of: totalSteps)
    guard reached > tenth || now - last > LinePace.seconds else { return false }
    tenth = reached
    last = now
    return true
  }
}
