import Diagnostics
import Foundation
import Synchronization
import Training

/// Shows long work on one line of a terminal: what is done, a bar, and the time left. At the end the line is cleared.
///
/// Work that takes about a second or less shows nothing: the line appears only after `quietSeconds`, and if the whole is
/// expected to take more than `shortSeconds`.
package final class WorkLine: WorkDisplay {
  private static let (quietSeconds, shortSeconds, pauseSeconds) = (0.3, 1.2, 0.1)

  private struct State {
    var text = ""
    var total = 0
    var start = 0.0
    var lastShown = 0.0
    var isShown = false
    /// The number of works that have begun and not ended; only the outermost is shown.
    var depth = 0
  }

  private let state = Mutex(State())
  private let width: Int
  private let clock: @Sendable () -> Double
  private let write: @Sendable (String) -> Void

  /// A line for a terminal of `width` columns. `clock` gives seconds, and `write` takes the line's text.
  package init(
    width: Int, clock: @escaping @Sendable () -> Double = monotonicSeconds,
    write: @escaping @Sendable (String) -> Void = Terminal.draw
  ) {
    self.width = width
    self.clock = clock
    self.write = write
  }

  /// The line on standard output; nil if that is no terminal.
  package static var onTerminal: WorkLine? { Terminal.width.map { WorkLine(width: $0) } }

  /// Starts the clock.
  package func begin(_ text: String, total: Int) {
    state.withLock { state in
      if state.depth == 0 { state = State(text: text, total: max(total, 1), start: clock()) }
      state.depth += 1
    }
  }

  /// Draws the line anew, at most ten times a second.
  package func show(done: Int) {
    state.withLock { state in
      let now = clock()
      let elapsed = now - state.start
      guard elapsed >= WorkLine.quietSeconds, now - state.lastShown >= WorkLine.pauseSeconds, done > 0, state.depth == 1
      else { return }
      let whole = elapsed * Double(state.total) / Double(done)
      guard state.isShown || whole > WorkLine.shortSeconds else { return }
      state.isShown = true
      state.lastShown = now
      let share = min(1, Double(done) / Double(state.total))
      write(Terminal.lineStart + line(state.text, share: share, left: max(0, whole - elapsed)))
    }
  }

  /// Clears the line.
  package func end() {
    state.withLock { state in
      state.depth -= 1
      guard state.depth == 0 else { return }
      if state.isShown { write(Terminal.lineStart) }
      state.isShown = false
    }
  }

  /// The text, a bar and the time left; of a long text only the end, which names the file.
  private func line(_ text: String, share: Double, left: Double) -> String {
    let facts = "\(String(format: "%3d %%", Int(share * 100)))  \(Format.duration(left)) left"
    let room = width - 1 - facts.count - 4
    let cells = min(24, max(4, room - text.count))
    let kept = max(0, room - cells)
    let shown = text.count <= kept ? text : kept > 8 ? "…" + text.suffix(kept - 1) : ""
    return String("\(ProgressLine.bar(share: share, cells: cells)) \(facts)  \(shown)".prefix(width - 1))
  }
}
