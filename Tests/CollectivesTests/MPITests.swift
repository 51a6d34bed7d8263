import Foundation
import Testing

@testable import Collectives

/// Real ranks under a real mpirun, by the program `collectives-check` that is built beside the tests.
@Suite(.serialized, .enabled(if: Mpirun.isUsable, "needs Open MPI's mpirun and a build with MPI"))
struct MPITests {
  @Test(.timeLimit(.minutes(5)), arguments: [1, 2, 3, 5, 8])
  func allOperationsAreRightWholeAndInPieces(ranks: Int) throws {
    let end = try Mpirun.run(ranks: ranks, [])
    #expect(end.status == 0 && end.output.contains("ok \(ranks)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5)), arguments: [(2, 1), (3, 2), (5, 2), (8, 4), (8, 1)])
  func theReductionIsRightBetweenMachines(ranks: Int, ranksPerMachine: Int) throws {
    let end = try Mpirun.run(ranks: ranks, ["reduce"], ranksPerMachine: ranksPerMachine)
    #expect(end.status == 0 && end.output.contains("ok \(ranks)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5)), arguments: [3, 8]) func ranksWithoutAProcessorWait(ranks: Int) throws {
    let end = try Mpirun.run(ranks: ranks, [], oversubscribes: false)
    let computing = ProcessorChoice.withProcessor(Array(0..<ranks), access: Array(repeating: .own(), count: ranks))
    #expect(end.status == 0 && end.output.contains("ok \(computing.count)\n"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5))) func aFailureOfOneRankEndsAllWithItsExitCode() throws {
    let end = try Mpirun.run(ranks: 3, ["fail"])
    #expect(end.status == 65)
    #expect(end.output.contains("rank 2 on ") && end.output.contains(": broken on purpose"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5))) func anErrorOfMPIIsHandedUpWithItsOwnMessage() throws {
    let end = try Mpirun.run(ranks: 2, ["truncate"])
    #expect(end.status == 71)
    #expect(end.output.contains("MPI alltoall failed: MPI_ERR_TRUNCATE: message truncated"), "\(end.output)")
  }

  @Test(.timeLimit(.minutes(5))) func anAgreedFailureEndsAllRanksWithOneMessage() throws {
    let end = try Mpirun.run(ranks: 3, ["disagree"])
    #expect(end.status == 66)
    #expect(end.output.components(separatedBy: "data.npz is missing").count == 2, "\(end.output)")
  }

  @Test(
    .timeLimit(.minutes(5)),
    .enabled(if: ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1", "a long test: needs 5 GB"))
  func messagesLongerThanTwoGigabytesArriveWhole() throws {
    let end = try Mpirun.run(ranks: 2, ["large"])
    #expect(end.status == 0 && end.output.contains("ok 2\n"), "\(end.output)")
  }
}

/// Starts the check program under mpirun.
private enum Mpirun {
  static let isUsable: Bool = {
    guard let launcher, FileManager.default.isExecutableFile(atPath: program) else { return false }
    let version = try? start(launcher, ["--version"])
    let built = try? start(program, ["version"])
    return version?.output.contains("Open MPI") == true && built?.output.contains("built without MPI") == false
  }()

  static func run(
    ranks: Int, _ arguments: [String], ranksPerMachine: Int? = nil, oversubscribes: Bool = true
  ) throws -> (status: Int32, output: String) {
    guard let launcher else { throw CocoaError(.fileNoSuchFile) }
    var options = ["-q", "--timeout", "120", "-np", "\(ranks)", "--oversubscribe", "--bind-to", "none"]
    options += ["--mca", "pml", "ob1", "--mca", "btl", "vader,self"]
    if geteuid() == 0 { options.append("--allow-run-as-root") }
    if oversubscribes { options += ["-x", "DPTRAIN_OVERSUBSCRIBE=1"] }
    if let ranksPerMachine { options += ["-x", "DPTRAIN_RANKS_PER_MACHINE=\(ranksPerMachine)"] }
    return try start(launcher, options + [program] + arguments)
  }

  private static let program: String = {
    let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
    let beside = URL(fileURLWithPath: bundle ?? CommandLine.arguments[0]).deletingLastPathComponent()
    return beside.appendingPathComponent("collectives-check").path
  }()

  private static let launcher: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/mpirun" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  private static func start(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }
}
