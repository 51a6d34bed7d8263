/// The exit codes of failures, as in BSD's `sysexits.h`, for schedulers and scripts.
public enum ExitCode: Int32, Sendable {
  /// The command line is wrong (`EX_USAGE`).
  case usage = 64
  /// The contents of an input file are wrong or damaged (`EX_DATAERR`).
  case data = 65
  /// An input file is missing or cannot be read (`EX_NOINPUT`).
  case noInput = 66
  /// No machine answers (`EX_NOHOST`).
  case noHost = 68
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

/// The error type of all modules: the fault, its place, and advice.
///
/// `message` names the file, line or key, and the value; `advice` says what to do. Rank 0 prints both once, and every rank
/// ends with `exitCode`.
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The process's exit status.
  public let exitCode: ExitCode
  /// One sentence: the place, the value, the fault.
  public let message: String
  /// What would be right, or what to try; nil if the message already says it.
  public let advice: String?

  /// Makes a failure.
  public init(_ exitCode: ExitCode, _ message: String, advice: String? = nil) {
    self.exitCode = exitCode
    self.message = message
    self.advice = advice
  }

  /// The same failure with a place before its message.
  public func located(_ place: String) -> Failure { Failure(exitCode, "\(place): \(message)", advice: advice) }

  /// The same failure with one more line of advice; nil adds none.
  package func adding(_ line: String?) -> Failure {
    guard let line else { return self }
    return Failure(exitCode, message, advice: [advice, line].compactMap(\.self).joined(separator: "\n  "))
  }

  /// The message, and the advice on a line of its own.
  public var description: String {
    advice.map { "\(message)\n  \($0)" } ?? message
  }
}
