import Foundation
import Testing

@testable import Collectives

/// Real ranks under a real mpirun, with the program `collectives-check`.
@Suite(.serialized, .enabled(if: Ranks.canStart, "needs a build with MPI, and that MPI's mpirun"))
struct MPITests {
  @Test(.timeLimit(.minutes(5)), arguments: [1, 2, 3, 5, 8])
  func allOperationsAreCorrectWholeAndInPieces(ranks: Int) throws {
    let end = try Ranks.run(ranks, [])
    #expect(end.status == 0 && end.output.contains("ok \(ranks)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5)), arguments: [(2, 1), (3, 2), (5, 2), (8, 4), (8, 1)])
  func theReductionIsCorrectBetweenMachines(ranks: Int, ranksPerMachine: Int) throws {
    let end = try Ranks.run(ranks, ["reduce"], ranksPerMachine: ranksPerMachine)
    #expect(end.status == 0 && end.output.contains("ok \(ranks)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5)), arguments: [(1, nil), (5, nil), (5, 2)])
  func groupsOfRanksComputeApart(ranks: Int, ranksPerMachine: Int?) throws {
    let end = try Ranks.run(ranks, ["groups"], ranksPerMachine: ranksPerMachine)
    #expect(end.status == 0 && end.output.contains("ok \(ranks)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5)), arguments: [3, 8]) func ranksWithoutAProcessorWait(ranks: Int) throws {
    let end = try Ranks.run(ranks, [], oversubscribes: false)
    let computing = ProcessorChoice.withProcessor(Array(0..<ranks), access: Array(repeating: .own(), count: ranks))
    #expect(end.status == 0 && end.output.contains("ok \(computing.count)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5))) func aFailureOfOneRankEndsAllWithItsExitCode() throws {
    let end = try Ranks.run(3, ["fail"])
    #expect(end.status == 65)
    #expect(end.output.contains("rank 2 on ") && end.output.contains(": broken on purpose"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5))) func anMPIErrorHasItsOwnMessage() throws {
    let end = try Ranks.run(2, ["truncate"])
    #expect(end.status == 71)
    #expect(end.output.contains(#/MPI alltoall failed: .*[Mm]essage truncated/#), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5))) func anAgreedFailureEndsAllRanksWithOneMessage() throws {
    let end = try Ranks.run(3, ["disagree"])
    #expect(end.status == 66)
    #expect(end.output.components(separatedBy: "data.npz is missing").count == 2, "\(end.output)")
  }

  @Test(
    .timeLimit(.minutes(5)),
    .enabled(if: ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1", "a long test: needs 5 GB"))
  func messagesLongerThanTwoGigabytesArriveWhole() throws {
    let end = try Ranks.run(2, ["large"])
    #expect(end.status == 0 && end.output.contains("ok 2\n"), "\(end.output)")
  }
}

/// Starts the check program under mpirun.
private enum Ranks {
  static var canStart: Bool { mpirun != nil && FileManager.default.isExecutableFile(atPath: program) }

  static func run(
    _ ranks: Int, _ arguments: [String], ranksPerMachine: Int? = nil, oversubscribes: Bool = true
  ) throws -> (status: Int32, output: String) {
    guard let mpirun else { throw CocoaError(.fileNoSuchFile) }
    let process = Process()
    process.executableURL = URL(filePath: mpirun.path)
    process.arguments = mpirun.options() + mpirun.count(ranks) + [program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      (oversubscribes ? ["DPTRAIN_OVERSUBSCRIBE": "1"] : [:]).merging(
        ranksPerMachine.map { ["DPTRAIN_RANKS_PER_MACHINE": "\($0)"] } ?? [:]
      ) { $1 }
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  private static let program: String = {
    let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
    return URL(filePath: bundle ?? CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "collectives-check").path
  }()

  private static let mpirun = try? Mpirun.find()
}
