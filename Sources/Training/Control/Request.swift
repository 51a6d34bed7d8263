/// What someone wants of a running training; of several wishes the greatest counts.
public enum Request: Int, Comparable, Sendable {
  /// Nothing.
  case none
  /// A checkpoint.
  case save
  /// A checkpoint and the end, by a file in the run folder.
  case stopFile
  /// A checkpoint and the end, since the time is up.
  case timeLimit
  /// A checkpoint and the end, by SIGUSR1: so schedulers warn of the job's end.
  case userSignal
  /// A checkpoint and the end, by SIGINT: control-C.
  case interrupt
  /// A checkpoint and the end, by SIGTERM.
  case terminate

  /// Whether training shall end.
  public var isStop: Bool { self > .save }

  /// For messages.
  public var text: String {
    switch self {
    case .none: "nothing"
    case .save: "a request to save"
    case .stopFile: "the file stop in the run folder"
    case .timeLimit: "the time limit"
    case .userSignal: "SIGUSR1"
    case .interrupt: "SIGINT"
    case .terminate: "SIGTERM"
    }
  }

  /// The order of wishes.
  public static func < (a: Request, b: Request) -> Bool { a.rawValue < b.rawValue }
}
