/// A request to a running training. Of several requests the highest counts.
public enum Request: Int, Comparable, Sendable {
  /// No request.
  case none
  /// Save a checkpoint at the end of the epoch that the step ends, after its evaluation.
  case saveEpoch
  /// Save a checkpoint.
  case save
  /// Save and end, because the part of the training that was asked for is done.
  case pause
  /// Save and end, because of a file in the run folder by which a script starts training again.
  case restartFile
  /// Save and end, because of a file in the run folder.
  case stopFile
  /// Save and end, because the time is up.
  case timeLimit
  /// Save and end, because of SIGUSR1, with which schedulers warn of the job's end.
  case userSignal
  /// Save and end, because of SIGINT (control-C).
  case interrupt
  /// Save and end, because of SIGTERM.
  case terminate

  /// Whether training must end.
  public var isStop: Bool { self > .save }

  /// The cause, for messages.
  public var text: String {
    switch self {
    case .none: "nothing"
    case .saveEpoch, .save: "a request to save"
    case .pause: "the end of its part"
    case .restartFile: "the file restart in the run folder"
    case .stopFile: "the file stop in the run folder"
    case .timeLimit: "the time limit"
    case .userSignal: "SIGUSR1"
    case .interrupt: "SIGINT"
    case .terminate: "SIGTERM"
    }
  }

  /// The order of requests.
  public static func < (a: Request, b: Request) -> Bool { a.rawValue < b.rawValue }
}
