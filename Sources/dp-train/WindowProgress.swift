import DPTrain
import Foundation

/// Shows a measurement's progress on one line of a terminal, and clears it at the end.
struct WindowProgress {
  let windows: Int
  /// Whether standard output is a terminal and the caller wants the line.
  let isShown: Bool

  /// Prepares the line. Nothing is shown if standard output is not a terminal.
  init(windows: Int, isShown: Bool) {
    self.windows = windows
    self.isShown = isShown && Terminal.width != nil
  }

  /// Shows the number of windows done and the time left.
  func show(done: Int, secondsLeft: Double) {
    guard isShown else { return }
    let left = done == 0 ? "" : ", \(Format.duration(secondsLeft)) left"
    Terminal.write("\r\u{1B}[Kmeasured \(done) of \(windows) windows of steps\(left)")
  }

  /// Clears the line.
  func clear() {
    if isShown { Terminal.write("\r\u{1B}[K") }
  }
}
