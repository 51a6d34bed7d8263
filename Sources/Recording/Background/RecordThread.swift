import Diagnostics
import Foundation
import Training

/// The thread that writes records, and its queue.
///
/// Unchecked: the lock guards the queue and the results; only the thread uses the sinks.
final class RecordThread: @unchecked Sendable {
  /// An entry of the queue.
  enum Item {
    /// A finished record.
    case record(Record)
    /// Tensors whose distributions are not computed yet.
    case tensors(TensorCopy)
  }

  /// Seconds between polls of the queue. Waking the thread would take the training longer than a small step's record.
  private static let lookSeconds = 0.02
  /// Seconds between writes to the files.
  private static let writeSeconds = 0.5
  /// The queue's greatest length. When it is full, training waits, so that a thread that falls behind does not fill the
  /// memory.
  private static let limit = 1 << 16
  private static let byteLimit = 64 << 20

  private let sinks: [any RecordSink]
  private let lock = NSLock()
  private let wake = DispatchSemaphore(value: 0)
  private let flushed = DispatchSemaphore(value: 0)
  private var queue: [Item] = []
  private var waitingBytes = 0
  private var isFlushing = false
  private var isEnding = false
  private var lengths: [String: Int] = [:]
  private var failure: (any Error)?
  /// Used by the thread only.
  private var finder = DistributionFinder()
  private var lastWrite = 0.0

  /// Starts the thread.
  /// - Throws: `Failure` (system) if it cannot be started.
  init(_ sinks: [any RecordSink]) throws {
    self.sinks = sinks
    try SystemThread.start("recorder") { [self] in work() }
  }

  /// Appends an item to the queue.
  /// - Throws: `Failure` if an earlier item could not be written.
  func add(_ item: Item) throws {
    lock.lock()
    queue.append(item)
    if case .tensors(let copy) = item { waitingBytes += copy.byteCount }
    let isFull = queue.count >= RecordThread.limit || waitingBytes >= RecordThread.byteLimit
    let failure = failure
    lock.unlock()
    if let failure { throw failure }
    if isFull { _ = try flush() }
  }

  /// Waits until everything in the queue is on disk. Returns the size of each growing file by its name.
  /// - Throws: `Failure` if something could not be written.
  func flush() throws -> [String: Int] {
    try finish(ending: false)
    return lock.withLock { lengths }
  }

  /// Waits until everything in the queue is on disk, closes the files and ends the thread.
  /// - Throws: `Failure` if something could not be written.
  func close() throws { try finish(ending: true) }

  /// Ends the thread and drops the queue.
  func stop() {
    lock.withLock { isEnding = true }
    wake.signal()
  }

  private func finish(ending: Bool) throws {
    let isOver = lock.withLock {
      if isEnding { return true }
      isFlushing = true
      isEnding = ending
      return false
    }
    if isOver { return }
    wake.signal()
    flushed.wait()
    if let failure = lock.withLock({ failure }) { throw failure }
  }

  private func work() {
    var items: [Item] = []
    var isLast = false
    while !isLast {
      _ = wake.wait(timeout: .now() + RecordThread.lookSeconds)
      lock.lock()
      swap(&items, &queue)
      waitingBytes = 0
      let (flushes, hasFailed) = (isFlushing, failure != nil)
      isLast = isEnding
      isFlushing = false
      lock.unlock()
      do {
        if !hasFailed, flushes || !isLast { try write(items, flushes: flushes) }
        if isLast { for sink in sinks { try sink.close() } }
      } catch {
        lock.withLock { failure = error }
      }
      items.removeAll(keepingCapacity: true)
      if flushes { flushed.signal() }
    }
  }

  private func write(_ items: [Item], flushes: Bool) throws {
    for item in items {
      let record =
        switch item {
        case .record(let record): record
        case .tensors(let copy): Record.distributions(finder.distributions(copy), step: copy.step, epoch: copy.epoch)
        }
      for sink in sinks { try sink.take(record) }
    }
    let now = monotonicSeconds()
    guard flushes || now - lastWrite > RecordThread.writeSeconds else { return }
    lastWrite = now
    var lengths: [String: Int] = [:]
    for sink in sinks { lengths.merge(try sink.flush()) { $1 } }
    lock.withLock { self.lengths = lengths }
  }
}
