/// How a failed run ends: the codes of BSD's `sysexits.h`, which schedulers and scripts can tell apart.
public enum ExitCode: Int32, Sendable {
  /// The command line is wrong (`EX_USAGE`).
  case usage = 64
  /// The contents of an input file are wrong or damaged (`EX_DATAERR`).
  case data = 65
  /// An input file is missing or cannot be read (`EX_NOINPUT`).
  case noInput = 66
  /// Something the run needs is not available: an MPI, an instruction set (`EX_UNAVAILABLE`).
  case unavailable = 69
  /// A fault of the program itself (`EX_SOFTWARE`).
  case software = 70
  /// The operating system refused something, such as memory (`EX_OSERR`).
  case system = 71
  /// An output file or folder cannot be made (`EX_CANTCREAT`).
  case cannotCreate = 73
  /// Reading or writing failed midway (`EX_IOERR`).
  case inputOutput = 74
  /// Training was asked to stop before its end, and saved its state: it can be resumed (`EX_TEMPFAIL`).
  case stopped = 75
  /// The recipe is wrong: an unknown key, a wrong type, an impossible value (`EX_CONFIG`).
  case configuration = 78
}

/// The one error type: what went wrong, where, and what would be right.
///
/// `message` names the file, line or key and the value; `advice` says what to do next. Rank 0 prints both once and
/// the job ends with `exitCode` on every rank.
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The process's exit status.
  public let exitCode: ExitCode
  /// One sentence: the place, the value, the fault.
  public let message: String
  /// What would be right, or what to try; nil where the message says it already.
  public let advice: String?

  /// Makes a failure.
  public init(_ exitCode: ExitCode, _ message: String, advice: String? = nil) {
    self.exitCode = exitCode
    self.message = message
    self.advice = advice
  }

  /// The same failure with a place before its message.
  public func located(_ place: String) -> Failure { Failure(exitCode, "\(place): \(message)", advice: advice) }

  /// The message, and the advice on a line of its own.
  public var description: String {
    advice.map { "\(message)\n  \($0)" } ?? message
  }
}
