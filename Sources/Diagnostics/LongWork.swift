/// Shows the progress of long work, such as a bar on a terminal. Its functions may be called from any thread, one at a time.
package protocol WorkDisplay: Sendable {
  /// Called when work begins that has `total` parts. Within other work it is a part of that, and not shown by itself.
  func begin(_ text: String, total: Int)
  /// Called when `done` parts of the work are done.
  func show(done: Int)
  /// Called when the work has ended, or failed.
  func end()
}

/// Work that people may have to wait for: reading many files, an evaluation, drawing a page. It ends with the value's life.
///
/// The code that does such work says how far it is, and knows nothing of terminals. The program decides whether and how this
/// is shown; without a display nothing happens.
package struct LongWork: ~Copyable {
  @TaskLocal private static var display: (any WorkDisplay)?

  private let display: (any WorkDisplay)?

  /// Begins work of `total` parts.
  package init(_ text: @autoclosure () -> String, total: Int) {
    display = LongWork.display
    display?.begin(text(), total: total)
  }

  deinit { display?.end() }

  /// Says that `done` parts are done.
  package func show(done: Int) { display?.show(done: done) }

  /// Shows all long work of `body` on a display; nil shows nothing.
  package static func shown<Result>(on display: (any WorkDisplay)?, _ body: () throws -> Result) rethrows -> Result {
    try $display.withValue(display, operation: body)
  }
}
