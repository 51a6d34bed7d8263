import Diagnostics
import Foundation

/// Writes one thing at a time on a thread beside, and tells how it went.
final class CheckpointWriter: @unchecked Sendable {
  private let finished = DispatchSemaphore(value: 0)
  private let lock = NSLock()
  private var isRunning = false
  private var isDone = false
  private var outcome: Failure?

  /// Whether something is being written.
  var isBusy: Bool {
    lock.lock()
    defer { lock.unlock() }
    return isRunning && !isDone
  }

  /// Starts `job` on the thread beside; nothing else may be under way. If no thread starts, `finish` tells.
  func start(_ job: Job) {
    precondition(!isRunning, "one thing is written at a time")
    isRunning = true
    do {
      try SystemThread.start("checkpoint") { [self] in end(Result(catching: job.body)) }
    } catch {
      end(.failure(error))
    }
  }

  private func end(_ result: Result<Void, any Error>) {
    lock.withLock {
      if case .failure(let error) = result { outcome = error as? Failure ?? Failure(.software, "\(error)") }
      isDone = true
    }
    finished.signal()
  }

  /// Waits for what is under way, if anything, and gives its failure.
  func finish() -> Failure? {
    guard isRunning else { return nil }
    finished.wait()
    isRunning = false
    isDone = false
    defer { outcome = nil }
    return outcome
  }

  /// What the thread beside does with memory that nobody else touches meanwhile.
  struct Job: @unchecked Sendable {
    let body: () throws -> Void
  }
}
