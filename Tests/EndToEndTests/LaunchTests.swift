import Foundation
import Testing

extension EndToEndTests {
  /// How the program takes its launcher: its own MPI's, another's, or none.
  struct LaunchTests {
    static let steps = ["train", "epochs=0", "data.testSize=32", "--out", "run"]

    @Test(
      .enabled(if: Mpirun.isUsable, Mpirun.missing),
      arguments: [
        (
          ["PMI_SIZE": "4", "PMI_RANK": "0"], "a PMI launcher (mpiexec of MPICH or Intel MPI)",
          "Start it with the mpirun of"
        ),
        (["SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"], "srun --mpi=none", "Start it by srun --mpi=pmix"),
      ])
    func ranksThatWouldTrainAloneAreRefused(
      environment: [String: String], launcher: String, advice: String
    ) throws {
      try Folder.temporary { folder in
        let first = try Program.run(Self.steps, in: folder, environment: environment)
        #expect(first.status == 69)
        let lines = first.errors.split(separator: "\n")
        #expect(lines.count == 2 && first.output == "", "\(first.text)")
        #expect(lines.first?.hasPrefix("\(launcher) started 4 ranks, but the program's MPI (Open MPI v") == true)
        #expect(lines.first?.hasSuffix(") does not find them: each would train alone") == true)
        #expect(lines.last?.hasPrefix("  \(advice)") == true)
        #expect(try folder.contents() == [])
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: ["PMI_RANK", "SLURM_PROCID"])
    func theOtherRanksOfAForeignLauncherEndSilently(variable: String) throws {
      try Folder.temporary { folder in
        let size = variable == "PMI_RANK" ? "PMI_SIZE" : "SLURM_STEP_NUM_TASKS"
        let ending = try Program.run(Self.steps, in: folder, environment: [size: "4", variable: "1"])
        #expect(ending.status == 69 && ending.text == "", "\(ending.text)")
      }
    }

    /// With this folder for its files Open MPI cannot start; so what runs all the same has not started it.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func withoutALauncherMPIIsNotStarted() throws {
      try Folder.temporary { folder in
        let broken = ["OPAL_PREFIX": folder["nowhere"]]
        let alone = try Program.run(Self.steps, in: folder, environment: broken)
        #expect(alone.status == 0, "\(alone.text)")
        let launched = try Program.run(
          Self.steps, in: folder, environment: broken.merging(["PMIX_RANK": "0"]) { $1 })
        #expect(launched.status != 0)
      }
    }

    @Test(arguments: [["recipes"], steps])
    func theProgramStartsAtOnce(arguments: [String]) throws {
      // The best of three, since other work may hold up any one of them.
      let seconds = try (0..<3).map { _ in
        try Folder.temporary { folder in
          let ending = try Program.run(arguments, in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          return ending.seconds
        }
      }
      #expect(seconds.min() ?? .infinity < 0.5)
    }
  }
}
