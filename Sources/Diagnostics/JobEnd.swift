import Foundation
import Synchronization

/// Ends this process and its job for a failure that cannot be thrown.
package enum JobEnd {
  private static let ending = Mutex<@Sendable (ExitCode) -> Never>({ exit($0.rawValue) })

  /// Sets the function that ends the job: once MPI is started, it must end all ranks.
  package static func end(by body: @escaping @Sendable (ExitCode) -> Never) {
    ending.withLock { $0 = body }
  }

  /// Sets that only this process ends: it is the only rank, or the ranks have left MPI.
  package static func endAlone() {
    end { exit($0.rawValue) }
  }

  /// Prints the failure and ends the job.
  package static func end(for failure: Failure) -> Never {
    complain(failure.description)
    ending.withLock { $0 }(failure.exitCode)
  }
}
