import Diagnostics
import Foundation
import Synchronization

/// Work on the places of a batch, which several threads do at once.
protocol PlaceWork: AnyObject {
  /// Does the work of one place. `thread` is a number below that of the threads; no two threads have it at once.
  func work(at place: Int, thread: Int) throws
}

/// Threads that do the work of a batch together with the thread that asks for it. They end with this object.
final class LoadingThreads {
  /// The number of threads, with the one that asks.
  let count: Int
  private let crew = Crew()

  /// The most threads that are started without being asked for: more than one processor's training needs.
  static let usualLimit = 16

  /// Starts `count` - 1 threads.
  /// - Throws: `Failure` (system) if one does not start.
  init(_ count: Int) throws {
    self.count = count
    for thread in 1..<max(count, 1) {
      try SystemThread.start("loader \(thread)") { [crew] in crew.serve(thread) }
      crew.started += 1
    }
  }

  deinit {
    crew.end()
  }

  /// Does the work of the places from 0 to `places` - 1, in no order.
  /// - Throws: what the work of the lowest place throws that fails. Then some of those after it were not done.
  func run(_ places: Int, _ work: any PlaceWork) throws {
    let helpers = min(count, places) - 1
    crew.begin(places, work)
    for _ in 0..<max(helpers, 0) { crew.wanted.signal() }
    crew.work(thread: 0)
    // A helper that has not come yet is not needed any more. On a busy machine it would come late.
    var expected = max(helpers, 0)
    while expected > 0, crew.wanted.wait(timeout: .now()) == .success { expected -= 1 }
    for _ in 0..<expected { crew.finished.wait() }
    try crew.end(of: work)
  }
}

/// What the threads share. The work is written only while none of them does any.
private final class Crew: @unchecked Sendable {
  let wanted = DispatchSemaphore(value: 0)
  let finished = DispatchSemaphore(value: 0)
  /// The number of threads that were started.
  var started = 0
  private var current: (any PlaceWork)?
  private var places = 0
  private let next = Atomic(0)
  /// The lowest place that failed; the number of places if none did.
  private let failed = Atomic(0)
  private let error = Mutex<(any Error)?>(nil)

  func begin(_ places: Int, _ work: any PlaceWork) {
    (self.places, current) = (places, work)
    next.store(0, ordering: .relaxed)
    failed.store(places, ordering: .relaxed)
  }

  /// Takes one place after the other. Those below a place that fails were all taken before it, and are finished. So the lowest
  /// place that fails is the same however many threads there are.
  func work(thread: Int) {
    guard let current else { return }
    while true {
      let place = next.add(1, ordering: .relaxed).oldValue
      guard place < failed.load(ordering: .relaxed) else { return }
      do {
        try current.work(at: place, thread: thread)
      } catch {
        self.error.withLock { first in
          guard place < failed.load(ordering: .relaxed) else { return }
          failed.store(place, ordering: .relaxed)
          first = error
        }
      }
    }
  }

  /// Forgets the work, and throws its error.
  func end(of work: any PlaceWork) throws {
    current = nil
    let first = error.withLock { error in
      defer { error = nil }
      return error
    }
    if let first { throw first }
  }

  /// Works whenever it is wanted, until the end.
  func serve(_ thread: Int) {
    while true {
      wanted.wait()
      guard !isOver.load(ordering: .relaxed) else { return }
      work(thread: thread)
      finished.signal()
    }
  }

  /// Lets the threads end.
  func end() {
    isOver.store(true, ordering: .relaxed)
    for _ in 0..<started { wanted.signal() }
  }

  private let isOver = Atomic(false)
}
