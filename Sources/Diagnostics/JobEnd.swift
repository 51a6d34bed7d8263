import Foundation
import Synchronization

/// How this process ends, and its job with it, for a failure that is met where nothing can be thrown.
package enum JobEnd {
  private static let ending = Mutex<@Sendable (ExitCode) -> Never>({ exit($0.rawValue) })

  /// Ends the job at once, in another way from now on: an MPI that is started has to end all ranks.
  package static func end(by body: @escaping @Sendable (ExitCode) -> Never) {
    ending.withLock { $0 = body }
  }

  /// Lets only this process end from now on: it has no other ranks, or they have parted.
  package static func endAlone() {
    end { exit($0.rawValue) }
  }

  /// Says what went wrong, and ends the job.
  package static func end(for failure: Failure) -> Never {
    complain(failure.description)
    ending.withLock { $0 }(failure.exitCode)
  }
}
