import CMPIShim
import Diagnostics
import Foundation

/// A thread that goes on with a reduction while the rank's own thread computes.
///
/// MPI moves messages only while somebody calls it. The thread calls it for a moment, sleeps, and calls it again; it takes
/// next to nothing of the processor that it shares with the computing. Whoever works on the reduction holds the lock; what
/// else the rank's own thread says to others meanwhile, such as batch normalization's sums, meets it at MPI's door, where one
/// thread at a time is let in (MPI_THREAD_SERIALIZED).
final class BackgroundProgress: @unchecked Sendable {
  /// Microseconds of sleep between two looks: in less the buffers of a network's connections are not used up.
  private static let sleepMicroseconds: UInt32 = 250

  // The lock guards everything below, and whatever `work` does.
  private let condition = NSCondition()
  private let work: () throws -> Bool
  private var isOn = false
  private var isEnding = false
  private var error: (any Error)?

  /// Makes the thread, which sleeps until `resume()`; `work` goes on without waiting, and tells whether
  /// there is nothing to be waited for.
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

  /// Does something between two looks of the thread, which goes on looking afterwards while there is something to be waited for.
  func resume(after body: () throws -> Void) throws {
    try condition.withLock {
      try body()
      isOn = error == nil
      condition.signal()
    }
  }

  /// Whether there is something to be waited for.
  var isLooking: Bool { condition.withLock { isOn } }

  /// Keeps the thread from looking until it is resumed; throws what it came upon.
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
