import Diagnostics
import Synchronization
import Testing

@testable import Recording

@Suite struct WorkLineTests {
  /// A clock that tests move, and the text that was written.
  private final class Screen: Sendable {
    private let state = Mutex((now: 0.0, text: ""))

    var text: String { state.withLock { $0.text } }

    func wait(_ seconds: Double) { state.withLock { $0.now += seconds } }

    func line(width: Int = 80) -> WorkLine {
      WorkLine(
        width: width, clock: { self.state.withLock { $0.now } },
        write: { text in self.state.withLock { $0.text += text } })
    }

    /// Does work of ten parts that take `seconds` each.
    func work(_ name: String = "reading data.csv", seconds: Double) {
      let work = LongWork(name, total: 10)
      for part in 1...10 {
        wait(seconds)
        work.show(done: part)
      }
    }
  }

  private let clear = "\r\u{1B}[K"

  @Test func shortWorkIsSilent() {
    let screen = Screen()
    LongWork.shown(on: screen.line()) { screen.work(seconds: 0.1) }
    #expect(screen.text == "")
  }

  @Test func longWorkShowsABarAndTheTimeLeftAndIsCleared() {
    let screen = Screen()
    LongWork.shown(on: screen.line()) { screen.work(seconds: 60) }
    let lines = screen.text.components(separatedBy: clear).dropFirst()
    #expect(lines.count == 11 && lines.last == "", "\(lines)")
    #expect(lines.first == "██░░░░░░░░░░░░░░░░░░░░░░  10 %  9:00 left  reading data.csv")
    #expect(lines.dropLast().last?.hasSuffix("100 %  0:00 left  reading data.csv") == true)
  }

  @Test func theLineIsDrawnAtMostTenTimesASecond() {
    let screen = Screen()
    LongWork.shown(on: screen.line()) {
      let work = LongWork("counting", total: 10_000)
      for part in 1...10_000 {
        screen.wait(0.001)
        work.show(done: part)
      }
    }
    let lines = screen.text.components(separatedBy: clear).count
    #expect((90...101).contains(lines), "\(lines) lines in 10 seconds")
  }

  @Test func workWithinWorkIsNotShownByItself() {
    let screen = Screen()
    LongWork.shown(on: screen.line()) {
      let outer = LongWork("making the report", total: 2)
      screen.work("measuring", seconds: 1)
      outer.show(done: 1)
      screen.work("measuring", seconds: 1)
    }
    #expect(screen.text.contains("making the report") && !screen.text.contains("measuring"))
    #expect(screen.text.hasSuffix(clear))
  }

  @Test func aFailureClearsTheLine() {
    struct Fault: Error {}
    let screen = Screen()
    #expect(throws: Fault.self) {
      try LongWork.shown(on: screen.line()) {
        let work = LongWork("reading", total: 100)
        screen.wait(5)
        work.show(done: 1)
        throw Fault()
      }
    }
    #expect(screen.text.hasSuffix(clear) && screen.text.contains("1 %"))
  }

  @Test(arguments: [20, 30, 40, 60, 80, 200])
  func theLineFitsTheTerminal(width: Int) {
    let screen = Screen()
    LongWork.shown(on: screen.line(width: width)) {
      screen.work("reading /a/very/long/path/with/many/folders/of/measurements/data.csv", seconds: 60)
    }
    for line in screen.text.components(separatedBy: clear) { #expect(line.count < width, "\(line)") }
    #expect(width < 50 || screen.text.contains("data.csv"))
  }

  @Test func withoutADisplayNothingHappens() {
    let screen = Screen()
    screen.work(seconds: 60)
    LongWork.shown(on: nil) { screen.work(seconds: 60) }
    #expect(screen.text == "")
  }
}
