import CMPIShim
import Diagnostics
import Foundation

/// A thread that moves messages while the rank's own thread computes.
///
/// MPI moves messages only while it is called. The thread calls it briefly, sleeps, and calls it again; it takes next to
/// nothing of the processor that it shares with the computing. A lock keeps the two threads from working on an exchange at
/// the same time. Other calls of the rank's own thread, such as batch normalization's sums, are serialized by the MPI shim
/// (MPI_THREAD_SERIALIZED).
final class ProgressThread: @unchecked Sendable {
  /// Microseconds of sleep between two looks: too short for a network connection's buffers to run empty.
  private static let sleepMicroseconds: UInt32 = 250

  // The lock guards everything below, and whatever `work` does.
  private let condition = NSCondition()
  private let work: () throws -> Bool
  private var isOn = false
  private var isEnding = false
  private var error: (any Error)?

  /// Makes the thread, which sleeps until `resume()`. `work` does what can be done without waiting, and returns whether
  /// that was all.
  /// - Throws: `Failure` (system) if no thread starts.
  init(_ work: @escaping () throws -> Bool) throws {
    self.work = work
    try SystemThread.start("dp-messages") { [self] in run() }
  }

  /// Ends the thread; it keeps this object until it has ended.
  func end() {
    condition.withLock {
      isEnding = true
      condition.signal()
    }
  }

  /// Runs `body` between two looks of the thread, which then looks until all is done.
  func resume(after body: () throws -> Void) throws {
    try condition.withLock {
      try body()
      isOn = error == nil
      condition.signal()
    }
  }

  /// Whether the thread still has something to do.
  var isLooking: Bool { condition.withLock { isOn } }

  /// Keeps the thread from looking until it is resumed; throws the error that it met.
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
