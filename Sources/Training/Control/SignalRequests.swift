import Foundation

/// Turns SIGTERM, SIGINT and SIGUSR1 into requests, which training reads between steps. A second SIGINT ends the process at
/// once.
public enum SignalRequests {
  /// The word that the handler writes; a handler must not allocate or take locks.
  private nonisolated(unsafe) static let flag: UnsafeMutablePointer<Int32> = {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    return flag
  }()

  /// Starts to catch SIGUSR1, which would otherwise end a job that gets it while it still reads its data.
  public static func installUserSignal() { install([SIGUSR1]) }

  /// Starts to catch all three signals.
  public static func install() { install([SIGTERM, SIGINT, SIGUSR1]) }

  private static func install(_ signals: [Int32]) {
    // Allocate it before a handler needs it.
    _ = flag
    for signal in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { signal in SignalRequests.receive(signal) }
      sigemptyset(&action.sa_mask)
      action.sa_flags = Int32(SA_RESTART)
      sigaction(signal, &action, nil)
    }
  }

  /// The request of the signals so far.
  public static var current: Request { Request(rawValue: Int(flag.pointee)) ?? .none }

  private static func receive(_ signal: Int32) {
    let request: Request =
      switch signal {
      case SIGINT: .interrupt
      case SIGTERM: .terminate
      default: .userSignal
      }
    if request == .interrupt, flag.pointee == Int32(Request.interrupt.rawValue) { _exit(128 + SIGINT) }
    flag.pointee = max(flag.pointee, Int32(request.rawValue))
  }
}
