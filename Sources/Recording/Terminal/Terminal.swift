import Diagnostics
import Foundation

/// Standard output, and whether it is a terminal.
public enum Terminal {
  /// The environment variable that passes the terminal's width through a launcher's pipes.
  public static let variable = "DPTRAIN_TERMINAL"

  /// Returns to the start of the terminal's line and clears it.
  static let lineStart = "\r\u{1B}[K"

  /// The terminal's width in columns; nil if output goes to a file or a pipe.
  public static let width: Int? = {
    if let width = ProcessInfo.processInfo.environment[variable].flatMap(Int.init), width > 0 { return width }
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    // Open MPI's mpirun gives every rank a terminal as standard output, but one without a size.
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }()

  /// Writes a warning to standard error, with the program's name before it.
  public static func warn(_ text: String) {
    complain("dp-train: \(text)")
  }

  /// Writes text unbuffered. If that fails, the job ends with `ExitCode.inputOutput`, because its output would be lost.
  public static func write(_ text: String) {
    do {
      try StandardStream.output.write(text)
    } catch {
      JobEnd.end(for: error as? Failure ?? Failure(.inputOutput, "\(error)"))
    }
  }
}
