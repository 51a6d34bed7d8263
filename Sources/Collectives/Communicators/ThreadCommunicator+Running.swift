import Diagnostics
import Foundation

extension ThreadCommunicator {
  /// Runs `body` once for each rank, on a thread of its own, and returns the results in the order of ranks.
  /// - Throws: the error of the rank that failed first, not of the ranks that it released.
  public static func run<T: Sendable>(
    ranks: Int, _ body: @escaping @Sendable (any Communicator) throws -> T
  ) throws -> [T] {
    try run(machines: [Array(0..<ranks)], body)
  }

  /// The same with ranks that share memory in groups, as if each group ran on a machine of its own.
  public static func run<T: Sendable>(
    machines: [[Int]], _ body: @escaping @Sendable (any Communicator) throws -> T
  ) throws -> [T] {
    let group = ThreadGroup(machines: machines)
    let ranks = group.size
    precondition(ranks > 0, "a job has at least one rank")
    precondition(machines.flatMap { $0 }.sorted() == Array(0..<ranks), "each rank is on one machine")
    let results = Results<T>(count: ranks)
    for rank in 0..<ranks {
      let work = { @Sendable in
        let communicator = ThreadCommunicator(rank: rank, group: group)
        let outcome = Result {
          defer { communicator.pending?.abandon() }
          let result = try body(communicator)
          try communicator.pending?.complete()
          return result
        }
        results.set(rank, outcome)
        if case .failure(let error) = outcome { group.leave(rank, error) } else { group.leave(rank, nil) }
      }
      // Ranks that run already are told of one that does not start.
      do { try SystemThread.start("rank \(rank)", work) } catch { group.leave(rank, error) }
    }
    if let error = group.waitForAll() { throw error }
    return try results.all()
  }
}

/// The results of all ranks, each written once by its own thread. Unchecked: the lock guards the array.
private final class Results<T: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var outcomes: [Result<T, any Error>?]

  init(count: Int) { outcomes = Array(repeating: nil, count: count) }

  func set(_ rank: Int, _ outcome: Result<T, any Error>) { lock.withLock { outcomes[rank] = outcome } }

  func all() throws -> [T] { try lock.withLock { try outcomes.compactMap { try $0?.get() } } }
}
