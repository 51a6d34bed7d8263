import Diagnostics

/// The place where a key or value was given. Every message about a recipe starts with one.
enum Place: Equatable, Sendable, CustomStringConvertible {
  /// The file as a whole.
  case file(String)
  /// A line of the file, counted from 1.
  case line(file: String, Int)
  /// An override, as it was typed: `batch=64`.
  case commandLine(String)

  var description: String {
    switch self {
    case .file(let file): file
    case .line(let file, let line): "\(file):\(line)"
    case .commandLine(let override): "command line: \(override)"
    }
  }

  /// Whether the place is an override, not the file.
  var isCommandLine: Bool {
    if case .commandLine = self { true } else { false }
  }

  /// Makes a configuration failure at this place.
  func failure(_ message: String, advice: String? = nil) -> Failure {
    Failure(.configuration, "\(self): \(message)", advice: advice)
  }
}
