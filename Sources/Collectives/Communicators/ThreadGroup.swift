import Diagnostics
import Foundation

/// What one rank shows to the others during an operation.
struct Posting {
  var buffer: UnsafeRawBufferPointer
  var counts: [Int]
  var offsets: [Int]
  var memory: SharedMemory?

  init(
    _ buffer: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0), counts: [Int] = [],
    offsets: [Int] = [], memory: SharedMemory? = nil
  ) {
    self.buffer = buffer
    self.counts = counts
    self.offsets = offsets
    self.memory = memory
  }
}

/// The meeting place of the ranks of a `ThreadCommunicator`. Unchecked: the condition's lock guards every variable.
final class ThreadGroup: @unchecked Sendable {
  let size: Int
  let machines: [[Int]]
  let mailboxes = Mailboxes()
  private let condition = NSCondition()
  private var postings: [Posting]
  private var waiting = 0
  private var meetings = 0
  private var left = 0
  private var firstToLeave: Int?
  private var firstError: (any Error)?
  private var parts: [Part: ThreadGroup] = [:]

  init(machines: [[Int]]) {
    self.machines = machines
    size = machines.reduce(0) { $0 + $1.count }
    postings = Array(repeating: Posting(), count: size)
  }

  /// One of the groups of a division of the ranks.
  struct Part: Hashable {
    let division, group: Int
  }

  /// The meeting place of a group; the first of its ranks makes it.
  func part(_ part: Part, machines: [[Int]]) -> ThreadGroup {
    condition.withLock {
      if let made = parts[part] { return made }
      let made = ThreadGroup(machines: machines)
      parts[part] = made
      return made
    }
  }

  /// Waits for all ranks; throws if one of them has ended and will never come.
  func meet() throws {
    condition.lock()
    defer { condition.unlock() }
    if let rank = firstToLeave { throw ended(rank) }
    let meeting = meetings
    waiting += 1
    if waiting == size {
      waiting = 0
      meetings += 1
      condition.broadcast()
      return
    }
    while meeting == meetings && firstToLeave == nil { condition.wait() }
    if meeting == meetings, let rank = firstToLeave { throw ended(rank) }
  }

  /// Throws if a rank has failed, or if it has ended and this one has waited for it `patiently`.
  func checkPeers(patiently: Bool) throws {
    try condition.withLock {
      if let rank = firstToLeave, firstError != nil || patiently { throw ended(rank) }
    }
  }

  private func ended(_ rank: Int) -> Failure {
    Failure(.software, "rank \(rank) ended while other ranks waited for it")
  }

  /// Shows a posting, lets `read` see those of all ranks, and returns when all have read.
  func exchange(_ rank: Int, _ posting: Posting, _ read: ([Posting]) -> Void) throws {
    condition.withLock { postings[rank] = posting }
    try meet()
    // Nobody posts again before the second meeting, so this array is the same for all ranks.
    read(condition.withLock { postings })
    try meet()
  }

  /// Notes that a rank has ended, with its error if it failed, and releases the ranks that wait for it.
  func leave(_ rank: Int, _ error: (any Error)?) {
    condition.withLock {
      left += 1
      if firstError == nil { firstError = error }
      if firstToLeave == nil { firstToLeave = rank }
      condition.broadcast()
    }
  }

  /// The error of the rank that failed first.
  var firstFailure: (any Error)? { condition.withLock { firstError } }

  /// Waits until every rank has ended and gives the first error.
  func waitForAll() -> (any Error)? {
    condition.withLock {
      while left < size { condition.wait() }
      return firstError
    }
  }
}
