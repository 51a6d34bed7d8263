import Diagnostics
import Foundation

/// Standard output, and whether a person is watching it.
public enum Terminal {
  /// The environment variable by which a launcher whose pipes hide the terminal passes its width on.
  public static let variable = "DPTRAIN_TERMINAL"

  /// The terminal's width in columns, or nil where output goes to a file or a pipe.
  public static let width: Int? = {
    if let width = ProcessInfo.processInfo.environment[variable].flatMap(Int.init), width > 0 { return width }
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    // Under Open MPI's mpirun standard output always is a terminal, one without a size that nobody watches.
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }()

  /// Writes a warning to standard error, with the program's name before it.
  public static func warn(_ text: String) {
    complain("dp-train: \(text)")
  }

  /// Writes text as it is, at once. If that fails, the job ends with `ExitCode.inputOutput`: its output is what somebody
  /// wants of it.
  public static func write(_ text: String) {
    do {
      try StandardStream.output.write(text)
    } catch {
      JobEnd.end(for: error as? Failure ?? Failure(.inputOutput, "\(error)"))
    }
  }
}
