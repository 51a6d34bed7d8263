import Diagnostics
import Foundation
import Synchronization

/// Standard output, and whether it is a terminal.
public enum Terminal {
  /// The environment variable that passes the terminal's width through a launcher's pipes.
  public static let variable = "DPTRAIN_TERMINAL"

  /// Returns to the start of the terminal's line and clears it.
  static let lineStart = "\r\u{1B}[K"
  /// The open file that gets this process's lines; nil for standard output and standard error.
  private static let log = Mutex<Int32?>(nil)

  /// The terminal's width in columns; nil if output goes to a file or a pipe.
  public static var width: Int? { log.withLock { $0 } == nil ? ownWidth : nil }

  private static let ownWidth: Int? = {
    if let width = ProcessInfo.processInfo.environment[variable].flatMap(Int.init), width > 0 { return width }
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    // Open MPI's mpirun gives every rank a terminal as standard output, but one without a size.
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }()

  /// Appends to a file what `body` would write to the terminal, on any thread.
  /// - Throws: `Failure` (cannotCreate) naming the file, or what `body` throws.
  package static func logging<Result>(to path: String, _ body: () throws -> Result) throws -> Result {
    let file = try openOwnFile(path)
    lseek(file, 0, SEEK_END)
    log.withLock { $0 = file }
    defer {
      log.withLock { $0 = nil }
      close(file)
    }
    return try body()
  }

  /// Writes a warning to standard error, with the program's name before it.
  public static func warn(_ text: String) {
    guard !writeToLog("dp-train: \(text)\n") else { return }
    complain("dp-train: \(text)")
  }

  /// Writes to the log; returns whether there is one. A log is only for people, so errors are ignored.
  private static func writeToLog(_ text: String) -> Bool {
    log.withLock { file in
      guard let file else { return false }
      var text = text
      _ = text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: file) }
      return true
    }
  }

  /// Writes what only a terminal shows for a while; nothing if there is a log.
  package static func draw(_ text: String) {
    if width != nil { write(text) }
  }

  /// Writes text unbuffered. If that fails, the job ends with `ExitCode.inputOutput`, because its output would be lost.
  public static func write(_ text: String) {
    guard !writeToLog(text) else { return }
    do {
      try StandardStream.output.write(text)
    } catch {
      JobEnd.end(for: error as? Failure ?? Failure(.inputOutput, "\(error)"))
    }
  }
}
