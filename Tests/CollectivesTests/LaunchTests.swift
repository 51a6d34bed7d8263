import Collectives
import Diagnostics
import Testing

@Suite struct LaunchTests {
  private let mpi = "Open MPI v4.1.4"

  @Test func withoutVariablesThereIsNoLauncher() throws {
    let launch = Launch(environment: [:])
    #expect(launch.launcher == nil && launch.expectedSize == nil && launch.expectedRank == 0)
    #expect(try Launch.openCommunicator(environment: [:]) is SoloCommunicator)
  }

  @Test func aBatchScriptItselfIsNoLauncher() throws {
    let environment = ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "7"]
    #expect(Launch(environment: environment).launcher == nil)
    #expect(try Launch.openCommunicator(environment: environment) is SoloCommunicator)
  }

  @Test func mpirunIsSeenAlsoInsideASlurmStep() {
    let launch = Launch(environment: [
      "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "2", "PMIX_RANK": "3",
      "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0",
    ])
    #expect(launch.launcher == .mpirun)
    #expect(launch.expectedSize == 4 && launch.expectedRank == 3 && launch.localSize == 2)
  }

  @Test func srunWithPMIxIsSeen() {
    let launch = Launch(environment: [
      "PMIX_RANK": "2", "PMIX_NAMESPACE": "slurm.pmix.5.0", "SLURM_MPI_TYPE": "pmix_v4", "SLURM_STEP_NUM_TASKS": "6",
      "SLURM_PROCID": "2", "SLURM_STEP_TASKS_PER_NODE": "2(x2),1,1", "SLURM_NODEID": "2",
    ])
    #expect(launch.launcher == .srunPMIx)
    #expect(launch.expectedSize == 6 && launch.expectedRank == 2 && launch.localSize == 1)
  }

  @Test func srunWithPMI2IsSeen() {
    let launch = Launch(environment: ["PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_MPI_TYPE": "pmi2"])
    #expect(launch.launcher == .srunPMI2 && launch.expectedSize == 2 && launch.expectedRank == 1)
  }

  @Test func mpiexecOfMPICHIsSeen() {
    let launch = Launch(environment: ["PMI_RANK": "0", "PMI_SIZE": "2"])
    #expect(launch.launcher == .pmi && launch.expectedSize == 2)
  }

  @Test func srunWithoutMPIIsSeenFromTwoTasksOn() {
    let launch = Launch(environment: ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"])
    #expect(launch.launcher == .srunNone && launch.expectedSize == 2 && launch.expectedRank == 1)
    #expect(Launch(environment: ["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]).launcher == nil)
  }

  @Test func severalRanksWithoutMPIAreAMismatchThatSaysWhatToDo() {
    let launch = Launch(environment: ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "0"])
    let failure = #expect(throws: Failure.self) { try launch.checkBeforeStart(mpiVersion: nil) }
    #expect(failure?.exitCode == .unavailable)
    #expect(failure?.message.contains("mpirun started 4 ranks, but the program was built without MPI") == true)
    #expect(failure?.advice?.contains("libopenmpi-dev") == true)
  }

  @Test func severalRanksOfWhichMPIKnowsOneAreAMismatch() throws {
    let launch = Launch(environment: ["PMI_SIZE": "2", "PMI_RANK": "1"])
    try launch.checkBeforeStart(mpiVersion: mpi)
    try launch.checkAfterStart(size: 2, mpiVersion: mpi)
    let failure = #expect(throws: Failure.self) { try launch.checkAfterStart(size: 1, mpiVersion: mpi) }
    #expect(failure?.exitCode == .unavailable)
    #expect(failure?.message.contains("(Open MPI v4.1.4) does not find them") == true)
  }

  @Test func srunWithoutMPIIsAMismatchBeforeMPIStarts() {
    let launch = Launch(environment: ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"])
    let failure = #expect(throws: Failure.self) { try launch.checkBeforeStart(mpiVersion: mpi) }
    #expect(failure?.advice?.contains("srun --mpi=pmix") == true)
  }

  @Test func oneRankUnderALauncherIsNoMismatch() throws {
    let launch = Launch(environment: ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"])
    try launch.checkBeforeStart(mpiVersion: nil)
    try launch.checkAfterStart(size: 1, mpiVersion: mpi)
  }

  @Test func waitingRanksYieldWhereTheyOutnumberTheCores() {
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

  @Test func mpirunSeesToYieldingItself() {
    let environment = ["OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_LOCAL_SIZE": "8"]
    #expect(!Launch(environment: environment).shouldYield(environment: environment, cores: 2))
  }

  @Test func theDescriptionIsOneLineNamingTheMPIOrItsAbsence() {
    #expect(!Launch.describe.contains("\n") && !Launch.describe.isEmpty)
    #expect(Launch.mpiVersion.map { Launch.describe == $0 } ?? Launch.describe.contains("built without MPI"))
  }
}
