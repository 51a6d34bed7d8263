import Collectives
import Diagnostics
import Testing

@Suite struct AgreementTests {
  @Test func everyRankGetsItsValueIfAllSucceed() throws {
    #expect(try ThreadCommunicator.run(ranks: 3) { c in try c.agree { c.rank * 2 } } == [0, 2, 4])
  }

  @Test func allRanksThrowTheFailureOfTheLowestRank() throws {
    let thrown = try outcomes(ranks: 4) { rank in
      if rank >= 2 { throw Failure(.noInput, "data-\(rank).npz is missing", advice: "Copy it to every node.") }
    }
    #expect(Set(thrown.map { $0?.exitCode }) == [.noInput])
    #expect(Set(thrown.map { $0?.message }).count == 1)
    #expect(thrown[0]?.message.hasPrefix("rank 2 on ") == true)
    #expect(thrown[0]?.message.hasSuffix(": data-2.npz is missing") == true)
    #expect(thrown[0]?.advice == "Copy it to every node.")
  }

  @Test func aFailureOnAllRanksIsThrownUnchanged() throws {
    let same = Failure(.configuration, "recipe.yaml:3: epoch is no key", advice: "Did you mean epochs?")
    #expect(try outcomes(ranks: 3) { _ in throw same } == [same, same, same])
    #expect(throws: same) { try SoloCommunicator().agree { throw same } }
  }

  /// One rank fails while the others are already communicating.
  @Test(.timeLimit(.minutes(1))) func aFailureReachesRanksThatPrepareAReduction() throws {
    let thrown = try ThreadCommunicator.run(ranks: 3) { communicator -> Failure? in
      do {
        try communicator.agree {
          if communicator.rank == 1 { throw Failure(.noInput, "data.npz is missing") }
          _ = try TreeSum(
            SumLayout(elementCount: 5), tree: ReductionTree(shards: 3), communicator: communicator)
        }
        return nil
      } catch let failure as Failure {
        return failure
      }
    }
    #expect(Set(thrown.map { $0?.exitCode }) == [.noInput])
    #expect(thrown.allSatisfy { $0?.message.hasSuffix("data.npz is missing") == true })
  }

  @Test func anEmptyMessageIsStillAFailureOnAllRanks() throws {
    let thrown = try outcomes(ranks: 2) { rank in if rank == 1 { throw Failure(.usage, "") } }
    #expect(thrown.allSatisfy { $0?.exitCode == .usage && $0?.advice == nil })
  }

  @Test func otherErrorsCountAsProgramFaults() throws {
    struct Odd: Error {}
    let thrown = try outcomes(ranks: 2) { rank in if rank == 0 { throw Odd() } }
    #expect(thrown.allSatisfy { $0?.exitCode == .software })
  }

  /// The error that each rank's call of `agree` throws.
  private func outcomes(ranks: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws -> [Failure?] {
    try ThreadCommunicator.run(ranks: ranks) { communicator -> Failure? in
      do {
        try communicator.agree { try body(communicator.rank) }
        return nil
      } catch let failure as Failure {
        return failure
      }
    }
  }
}
