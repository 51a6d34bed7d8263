import Diagnostics
import Foundation

/// Runs one job at a time on a background thread, and reports its result.
final class CheckpointWriter: @unchecked Sendable {
  private let finished = DispatchSemaphore(value: 0)
  private let lock = NSLock()
  private var isRunning = false
  private var isDone = false
  private var outcome: Failure?
  private var seconds = 0.0

  /// Whether a job is running.
  var isBusy: Bool {
    lock.lock()
    defer { lock.unlock() }
    return isRunning && !isDone
  }

  /// The processor's seconds that the last finished job took.
  var processorSeconds: Double { lock.withLock { seconds } }

  /// Starts `job` on the background thread. No other job may be running. If no thread starts, `finish` returns the failure.
  func start(_ job: Job) {
    precondition(!isRunning, "one thing is written at a time")
    isRunning = true
    do {
      try SystemThread.start("checkpoint") { [self] in
        // The thread is new, so all of its time is the job's.
        end(Result(catching: job.body), seconds: threadSeconds())
      }
    } catch {
      end(.failure(error), seconds: 0)
    }
  }

  private func end(_ result: Result<Void, any Error>, seconds: Double) {
    lock.withLock {
      self.seconds = seconds
      if case .failure(let error) = result { outcome = error as? Failure ?? Failure(.software, "\(error)") }
      isDone = true
    }
    finished.signal()
  }

  /// Waits for a running job, and returns its failure; nil if it succeeded or there is none.
  func finish() -> Failure? {
    guard isRunning else { return nil }
    finished.wait()
    isRunning = false
    isDone = false
    defer { outcome = nil }
    return outcome
  }

  /// Work for the background thread, on memory that no other thread uses meanwhile.
  struct Job: @unchecked Sendable {
    let body: () throws -> Void
  }
}
