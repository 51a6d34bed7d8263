import Diagnostics
import Foundation
import Synchronization

/// Calls `look` for each place from 0 to `count` - 1, on all processors; each thread has a worker of its own.
/// - Parameters:
///   - show: is told how many are done, by one thread at a time.
/// - Returns: the results in order.
/// - Throws: what the first call throws that fails. Then some others are not made.
func onAllProcessors<Worker, Result>(
  _ count: Int, worker: @Sendable () throws -> Worker, show: @escaping (_ done: Int) -> Void,
  look: @Sendable (inout Worker, _ place: Int) throws -> Result
) throws -> [Result] {
  let portion = 16
  let shared = Mutex((next: 0, failure: Failure?.none))
  // It is called by the thread that holds the lock.
  nonisolated(unsafe) let show = show
  // Each thread writes entries of its own.
  nonisolated(unsafe) let results = UnsafeMutablePointer<Result?>.allocate(capacity: count)
  results.initialize(repeating: nil, count: count)
  defer { results.deinitialize(count: count).deallocate() }
  @Sendable func take() -> Range<Int>? {
    shared.withLock { shared -> Range<Int>? in
      guard shared.next < count, shared.failure == nil else { return nil }
      show(shared.next)
      let start = shared.next
      shared.next = min(count, start + portion)
      return start..<shared.next
    }
  }
  let threads = min(max(1, ProcessInfo.processInfo.activeProcessorCount), (count + portion - 1) / portion)
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    do {
      var worker = try worker()
      while let places = take() {
        for place in places { results[place] = try look(&worker, place) }
      }
    } catch {
      shared.withLock { $0.failure = $0.failure ?? error as? Failure ?? Failure(.software, "\(error)") }
    }
  }
  if let failure = shared.withLock({ $0.failure }) { throw failure }
  return UnsafeBufferPointer(start: results, count: count).compactMap(\.self)
}
