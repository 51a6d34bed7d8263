import DPTrain
import Foundation

/// How far a measurement is, on a line of a terminal that clears itself.
struct WindowProgress {
  let windows: Int
  /// Whether anybody is watching.
  let isShown: Bool

  /// Prepares the line; nothing is shown where standard output is no terminal.
  init(windows: Int, isShown: Bool) {
    self.windows = windows
    self.isShown = isShown && Terminal.width != nil
  }

  /// Shows that so many windows are done.
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
