/// Exchanges status words without a sum: in shared memory, and in few messages between machines. `init` allocates all
/// memory.
public final class StatusExchange {
  /// This rank's words, and those of all ranks after `run()`.
  public let status: StatusTable
  private let algorithm: any SumAlgorithm
  private let progress: MessageProgress

  /// An exchange of `count` > 0 words of each rank. Every rank makes it.
  /// - Throws: `Failure` if the transport fails.
  public init(count: Int, communicator: any Communicator) throws {
    let participant = try Participant(
      SumLayout(elementCount: 0, statusCount: count), tree: ReductionTree(shards: communicator.size),
      communicator: communicator)
    status = StatusTable(rank: communicator.rank, of: communicator.size, count: count)
    algorithm = try participant.makeAlgorithm(status)
    progress = MessageProgress(participant, algorithm)
  }

  /// Sends every rank's words to all. Every rank calls it. Allocates nothing.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func run() throws { try progress.complete(algorithm) }
}
