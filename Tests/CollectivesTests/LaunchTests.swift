import Diagnostics
import Foundation
import Testing

@testable import Collectives

@Suite struct LaunchTests {
  private let mpi = "Open MPI v4.1.4"

  @Test func withoutVariablesThereIsNoLauncher() throws {
    let launch = Launch(environment: [:])
    #expect(launch.launcher == nil && launch.expectedSize == nil && launch.expectedRank == 0)
    #expect(try Launch.openCommunicator(environment: [:]) is SoloCommunicator)
  }

  @Test func aBatchScriptIsNoLauncher() throws {
    let environment = ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "7"]
    #expect(Launch(environment: environment).launcher == nil)
    #expect(try Launch.openCommunicator(environment: environment) is SoloCommunicator)
  }

  @Test func mpirunIsRecognizedInASlurmStep() {
    let launch = Launch(environment: [
      "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "2", "PMIX_RANK": "3",
      "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0",
    ])
    #expect(launch.launcher == .mpirun)
    #expect(launch.expectedSize == 4 && launch.expectedRank == 3 && launch.localSize == 2)
  }

  @Test func srunWithPMIxIsRecognized() {
    let launch = Launch(environment: [
      "PMIX_RANK": "2", "PMIX_NAMESPACE": "slurm.pmix.5.0", "SLURM_MPI_TYPE": "pmix_v4", "SLURM_STEP_NUM_TASKS": "6",
      "SLURM_PROCID": "2", "SLURM_STEP_TASKS_PER_NODE": "2(x2),1,1", "SLURM_NODEID": "2",
    ])
    #expect(launch.launcher == .srunPMIx)
    #expect(launch.expectedSize == 6 && launch.expectedRank == 2 && launch.localSize == 1)
  }

  @Test func srunWithPMI2IsRecognized() {
    let launch = Launch(environment: ["PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_MPI_TYPE": "pmi2"])
    #expect(launch.launcher == .srunPMI2 && launch.expectedSize == 2 && launch.expectedRank == 1)
  }

  @Test func mpiexecOfMPICHIsRecognized() {
    let launch = Launch(environment: ["PMI_RANK": "0", "PMI_SIZE": "2"])
    #expect(launch.launcher == .pmi && launch.expectedSize == 2)
  }

  @Test func srunWithoutMPIIsRecognizedFromTwoTasksOn() {
    let launch = Launch(environment: ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"])
    #expect(launch.launcher == .srunNone && launch.expectedSize == 2 && launch.expectedRank == 1)
    #expect(Launch(environment: ["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]).launcher == nil)
  }

  @Test func severalRanksWithoutMPIAreRefusedWithAdvice() {
    let launch = Launch(environment: ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "0"])
    let failure = #expect(throws: Failure.self) { try launch.checkBeforeStart(mpiVersion: nil) }
    #expect(failure?.exitCode == .unavailable)
    #expect(failure?.message.contains("mpirun started 4 ranks, but the program was built without MPI") == true)
    #expect(failure?.advice?.contains("libopenmpi-dev") == true)
  }

  @Test func severalRanksAreRefusedIfMPIFindsOnlyOne() throws {
    let launch = Launch(environment: ["PMI_SIZE": "2", "PMI_RANK": "1"])
    try launch.checkBeforeStart(mpiVersion: mpi)
    try launch.checkAfterStart(size: 2, mpiVersion: mpi)
    let failure = #expect(throws: Failure.self) { try launch.checkAfterStart(size: 1, mpiVersion: mpi) }
    #expect(failure?.exitCode == .unavailable)
    #expect(failure?.message.contains("(Open MPI v4.1.4) does not find them") == true)
  }

  @Test func srunWithoutMPIIsRefusedBeforeMPIStarts() {
    let launch = Launch(environment: ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"])
    let failure = #expect(throws: Failure.self) { try launch.checkBeforeStart(mpiVersion: mpi) }
    #expect(failure?.advice?.contains("srun --mpi=pmix") == true)
  }

  @Test func oneRankUnderALauncherIsAccepted() throws {
    let launch = Launch(environment: ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"])
    try launch.checkBeforeStart(mpiVersion: nil)
    try launch.checkAfterStart(size: 1, mpiVersion: mpi)
  }

  @Test func waitingRanksYieldIfTheyOutnumberTheCores() {
    var environment = [
      "PMIX_RANK": "0", "SLURM_MPI_TYPE": "pmix", "SLURM_STEP_NUM_TASKS": "4", "SLURM_STEP_TASKS_PER_NODE": "4",
      "SLURM_NODEID": "0",
    ]
    func yields(cores: Int) -> Bool {
      Launch(environment: environment).shouldYield(environment: environment, cores: cores)
    }
    #expect(yields(cores: 2))
    #expect(!yields(cores: 4))
    environment["SLURM_CPUS_ON_NODE"] = "4"
    #expect(!yields(cores: 2))
    environment["SLURM_CPUS_ON_NODE"] = "3"
    #expect(yields(cores: 8))
    environment["OMPI_MCA_mpi_yield_when_idle"] = "0"
    #expect(!yields(cores: 2))
  }

  @Test func mpirunMakesRanksYieldItself() {
    let environment = ["OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_LOCAL_SIZE": "8"]
    #expect(!Launch(environment: environment).shouldYield(environment: environment, cores: 2))
  }

  @Test func anotherSlurmPluginIsRefusedIfMPIFindsOnlyOneRank() throws {
    let launch = Launch(environment: [
      "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1", "SLURM_MPI_TYPE": "cray_shasta",
    ])
    #expect(launch.launcher == .srun && launch.expectedSize == 2)
    try launch.checkBeforeStart(mpiVersion: "CRAY MPICH 8.1.26")
    #expect(throws: Failure.self) { try launch.checkAfterStart(size: 1, mpiVersion: "CRAY MPICH 8.1.26") }
  }

  @Test(arguments: [
    ("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4", "Open MPI v4.1.4"),
    ("MPICH Version:      4.0.2\nMPICH Release date: ...", "MPICH 4.0.2"),
    ("MVAPICH2 Version      :\t2.3.7\nMVAPICH2 Release date : ...", "MVAPICH2 2.3.7"),
    ("MPI VERSION    : CRAY MPICH version 8.1.26.4 (ANL base 3.4a2)\n", "CRAY MPICH 8.1.26.4"),
    ("Intel(R) MPI Library 2021.9 for Linux* OS\n", "Intel(R) MPI Library 2021.9"),
    ("", "an MPI of unknown version"),
  ])
  func nameAndVersionOfAnMPIAreExtracted(text: String, name: String) {
    #expect(Launch.shortVersion(of: text) == name)
  }

  @Test func theSlurmPluginFitsTheMPI() {
    #expect(SlurmMPI.plugin(of: mpi) == "pmix" && SlurmMPI.plugin(of: "MPICH 4.0.2") == "pmi2")
  }

  @Test func aPMIxServerRunsAsLongAsItListens() throws {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16 in
        guard bind(file, pointer, size) == 0, listen(file, 1) == 0, getsockname(file, pointer, &size) == 0 else {
          return 0
        }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port.bigEndian }
      }
    }
    try #require(port > 0)
    let launch = Launch(environment: [
      "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1",
      "PMIX_SERVER_URI41": "99.0;tcp4://127.0.0.1:\(port)", "PMIX_SERVER_URI2": "nonsense",
    ])
    #expect(launch.isLive && !launch.speaks)
    close(file)
    #expect(!launch.isLive && launch.speaks)
  }

  @Test func aPMIServerRunsAsLongAsItsConnection() throws {
    var files: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &files) == 0)
    let launch = Launch(environment: ["PMI_SIZE": "2", "PMI_RANK": "1", "PMI_FD": "\(files[0])"])
    #expect(launch.isLive && !launch.speaks)
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    #expect(Launch(environment: ["PMI_SIZE": "2", "PMI_RANK": "1", "PMI_FD": "\(file)"]).speaks)
    files.forEach { close($0) }
  }

  @Test func theDescriptionNamesTheMPIOrItsAbsence() {
    #expect(!Launch.describe.contains("\n") && !Launch.describe.isEmpty)
    #expect(Launch.mpiVersion.map { Launch.describe == $0 } ?? Launch.describe.contains("built without MPI"))
  }
}
