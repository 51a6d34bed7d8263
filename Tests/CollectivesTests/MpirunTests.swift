import Diagnostics
import Foundation
import Testing

@testable import Collectives

/// The options of each MPI's launcher, tested with launchers that only print their version.
@Suite struct MpirunTests {
  private static let openMPI4 = "mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/\n"
  private static let openMPI5 = "mpirun (Open MPI) 5.0.7\n\nReport bugs to https://www.open-mpi.org/community/help/\n"
  private static let hydra = "HYDRA build details:\n    Version:                                 4.0.2\n"
  private static let intel = "Intel(R) MPI Library for Linux* OS, Version 2021.9 Build 20230307 (id: d82b3071db)\n"

  @Test(arguments: [
    (openMPI4, Mpirun.Kind.openMPI4), ("mpirun (Open MPI) 3.1.3\n", .openMPI4), (openMPI5, .openMPI5),
    ("prterun (PRRTE) 3.0.8\n", .openMPI5), (hydra, .hydra), (intel, .hydra),
  ])
  func aLauncherIsRecognizedByItsVersion(version: String, kind: Mpirun.Kind) {
    #expect(Mpirun(path: "mpirun", version: version)?.kind == kind)
  }

  @Test(arguments: [
    (openMPI4, ["OMPI_MCA_plm_rsh_agent": "/opt/remote -p 22 : rsh"], ["/opt/remote", "-p", "22"]),
    (openMPI4, ["HYDRA_LAUNCHER_EXEC": "other"], ["ssh"]), (openMPI5, ["PRTE_MCA_plm_ssh_agent": "rsh"], ["rsh"]),
    (hydra, ["HYDRA_LAUNCHER_EXEC": "other"], ["other"]), (intel, [:], ["ssh"]),
  ])
  func machinesAreReachedByTheAgentOfTheLauncher(
    version: String, environment: [String: String], agent: [String]
  ) throws {
    let mpirun = try #require(Mpirun(path: "mpirun", version: version))
    #expect(mpirun.remoteAgent(environment: environment) == agent)
  }

  @Test func otherProgramsAreNoLaunchers() {
    #expect(Mpirun(path: "mpirun", version: "bash: mpirun: command not found\n") == nil)
  }

  @Test(arguments: [
    (
      openMPI4,
      "mpirun -q --oversubscribe --bind-to none --mca pml ob1 --mca btl vader,self --allow-run-as-root -np 2",
      "mpirun -q --oversubscribe --bind-to none --mca pml ob1 --mca btl vader,self --mca mpi_yield_when_idle 1 -np 3"
    ),
    (
      openMPI5,
      "mpirun --map-by :OVERSUBSCRIBE --bind-to none --mca pml ob1 --mca btl sm,self --allow-run-as-root -np 2",
      "mpirun --map-by :OVERSUBSCRIBE --bind-to none --mca pml ob1 --mca btl sm,self --mca mpi_yield_when_idle 1 -np 3"
    ),
    (hydra, "mpirun -bind-to none -n 2", "mpirun -bind-to none -n 3"),
    (intel, "mpirun -bind-to none -n 2", "mpirun -bind-to none -n 3"),
  ])
  func ranksOfOneMachineAreStartedWithTheRightOptions(version: String, asRoot: String, asUser: String) throws {
    let mpirun = try #require(Mpirun(path: "mpirun", version: version))
    #expect(mpirun.command(ranks: 2, cores: 2, isRoot: true).joined(separator: " ") == asRoot)
    #expect(mpirun.command(ranks: 3, cores: 2, isRoot: false).joined(separator: " ") == asUser)
  }

  @Test(arguments: [
    (openMPI4, "--host a:2,b:1 --bind-to none --wdir HERE --mca oob_tcp_keepalive_time 10", "-np 3"),
    (openMPI5, "--host a:2,b:1 --bind-to none --wdir HERE --prtemca oob_tcp_keepalive_time 10", "-np 3"),
    (hydra, "-hosts a:2,b:1 -bind-to none -wdir HERE", "-n 3"),
  ])
  func ranksOfSeveralMachinesAreStartedWithTheRightOptions(version: String, start: String, end: String) throws {
    let mpirun = try #require(Mpirun(path: "mpirun", version: version))
    let words = mpirun.command(hosts: [("a", 2), ("b", 1)], isRoot: false).joined(separator: " ")
    let here = FileManager.default.currentDirectoryPath
    #expect(
      words.hasPrefix("mpirun " + start.replacingOccurrences(of: "HERE", with: here)) && words.hasSuffix(" " + end))
  }

  @Test func theLauncherOfTheProgramsMPIIsFoundAmongSeveral() throws {
    try inFolder { folder in
      try write("mpirun", saying: Self.openMPI4, to: folder + "/system")
      try write("mpirun.mpich", saying: Self.hydra, to: folder + "/system")
      try write("mpirun", saying: Self.openMPI5, to: folder + "/module")
      let path = "\(folder)/none:\(folder)/module:\(folder)/system"
      #expect(try Mpirun.find(for: "Open MPI v5.0.7", path: path).path == folder + "/module/mpirun")
      let mpich = try Mpirun.find(for: "MPICH 4.0.2", path: path)
      #expect(mpich.path == folder + "/system/mpirun.mpich" && mpich.kind == .hydra)
      #expect(try Mpirun.find(for: "Open MPI v4.1.4", path: folder + "/system").kind == .openMPI4)
    }
  }

  @Test func aMissingLauncherIsAFailureThatListsOthers() throws {
    try inFolder { folder in
      try write("mpirun", saying: Self.openMPI4, to: folder)
      let failure = #expect(throws: Failure.self) { try Mpirun.find(for: "MPICH 4.0.2", path: folder) }
      #expect(failure?.exitCode == .unavailable)
      #expect(
        failure?.message
          == "there is no mpirun of MPICH 4.0.2 on the PATH: \(folder)/mpirun is mpirun (Open MPI) 4.1.4")
      let none = #expect(throws: Failure.self) { try Mpirun.find(for: nil, path: folder) }
      #expect(none?.message.hasPrefix("several ranks need MPI, and the program was built without MPI") == true)
    }
  }

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-mpirun-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func write(_ name: String, saying version: String, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "#!/bin/sh\ncat <<'END'\n\(version)END\n".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
  }
}
