import CMPIShim
import Diagnostics
import Foundation

/// A thread that moves messages while the rank's own thread computes.
///
/// MPI only moves messages while it is called. This thread calls it briefly, sleeps, and calls it again, which costs the
/// computing thread almost no time. A lock keeps the two threads from working on an exchange at the same time. The MPI shim
/// serializes other calls of the rank's own thread, such as batch normalization's sums (MPI_THREAD_SERIALIZED).
final class ProgressThread: @unchecked Sendable {
  /// Microseconds of sleep between two polls: too short for a connection's buffers to run empty.
  private static let sleepMicroseconds: UInt32 = 250

  // The lock guards everything below, and all that `work` does.
  private let condition = NSCondition()
  private let work: () throws -> Bool
  private var isOn = false
  private var isEnding = false
  private var error: (any Error)?

  /// Makes the thread, which sleeps until `resume()`. `work` does all it can without waiting, and returns whether everything
  /// is done.
  /// - Throws: `Failure` (system) if no thread starts.
  init(_ work: @escaping () throws -> Bool) throws {
    self.work = work
    try SystemThread.start("dp-messages") { [self] in run() }
  }

  /// Ends the thread, which retains this object until then.
  func end() {
    condition.withLock {
      isEnding = true
      condition.signal()
    }
  }

  /// Runs `body` while the thread does not work; then the thread works until all is done.
  func resume(after body: () throws -> Void) throws {
    try condition.withLock {
      try body()
      isOn = error == nil
      condition.signal()
    }
  }

  /// Whether the thread still has work.
  var isLooking: Bool { condition.withLock { isOn } }

  /// Pauses the thread until `resume()`. Throws an error of the thread.
  func pause() throws {
    try condition.withLock {
      isOn = false
      defer { error = nil }
      if let error { throw error }
    }
  }

  private func run() {
    dpt_sleep_precisely()
    condition.lock()
    while true {
      while !isOn && !isEnding { condition.wait() }
      if isEnding { break }
      do {
        if try work() { isOn = false }
      } catch {
        self.error = error
        isOn = false
      }
      condition.unlock()
      usleep(Self.sleepMicroseconds)
      condition.lock()
    }
    condition.unlock()
  }
}
