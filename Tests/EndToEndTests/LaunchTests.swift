import Foundation
import Testing

extension EndToEndTests {
  /// The program under the launcher of its MPI, of another, or without one.
  struct LaunchTests {
    static let steps = ["train", "epochs=0", "data.testSize=32", "--out", "run"]

    @Test(
      .enabled(if: Mpirun.isOpenMPI, "needs Open MPI"),
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

    /// A shell that a launcher once started may keep its variables. Then no rank 0 prints for this process.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"), arguments: ["PMI_RANK", "SLURM_PROCID"])
    func aRankWithoutALauncherSaysWhyItDoesNotTrain(variable: String) throws {
      try Folder.temporary { folder in
        let size = variable == "PMI_RANK" ? "PMI_SIZE" : "SLURM_STEP_NUM_TASKS"
        let ending = try Program.run(Self.steps, in: folder, environment: [size: "4", variable: "1"])
        #expect(ending.status == 69 && ending.errors.contains("each would train alone"), "\(ending.text)")
      }
    }

    @Test(arguments: [
      ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "PMIX_RANK": "1"],
      [
        "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "PMIX_RANK": "1",
        "PMIX_SERVER_URI41": "prterun-gone-1@0.0;tcp4://127.0.0.1:1",
      ],
      ["PMI_SIZE": "2", "PMI_RANK": "1", "PMI_FD": "77"], ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"],
    ])
    func variablesOfAFinishedLauncherSilenceNothing(environment: [String: String]) throws {
      try Folder.temporary { folder in
        let usual = try Program.run(["inspect"], in: folder)
        let ending = try Program.run(["inspect"], in: folder, environment: environment)
        #expect(ending.status == 0 && ending.errors == "" && ending.output == usual.output, "\(ending.text)")
        let refused = try Program.run(["inspect", "nowhere"], in: folder, environment: environment)
        #expect(refused.status == 64 && refused.errors.hasPrefix("there is no built-in recipe"), "\(refused.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
    func aTrainingOfAFinishedLauncherIsRefused() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          Self.steps, in: folder,
          environment: [
            "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "PMIX_RANK": "1",
            "PMIX_SERVER_URI41": "prterun-gone-1@0.0;tcp4://127.0.0.1:1",
          ])
        #expect(ending.status == 69, "\(ending.text)")
        #expect(ending.errors.hasPrefix("this process is a rank of mpirun, its environment says, but that has ended\n"))
        #expect(try folder.contents() == [])
      }
    }

    @Test func theEndOfASlurmJobLimitsTheTraining() throws {
      try Folder.temporary { folder in
        let now = Int(Date().timeIntervalSince1970)
        func train(_ out: String, _ environment: [String: String]) throws -> Ending {
          try Program.run(["train", "steps=3", "--out", out], in: folder, environment: environment)
        }
        #expect(try train("none", ["SLURM_JOB_END_TIME": "\(now + 30)"]).status == 0)
        #expect(try train("past", ["SLURM_JOB_ID": "7", "SLURM_JOB_END_TIME": "\(now - 5)"]).status == 0)
        #expect(try train("zero", ["SLURM_JOB_ID": "7", "SLURM_JOB_END_TIME": "0"]).status == 0)
        let stopped = try train("near", ["SLURM_JOB_ID": "7", "SLURM_JOB_END_TIME": "\(now + 30)"])
        #expect(stopped.status == 75, "\(stopped.text)")
        #expect(
          stopped.output.contains(
            "stopped by the time limit, 60 s before the end of Slurm job 7 (SLURM_JOB_END_TIME) after step 1"))
        let own = try Program.run(["train", "--minutes", "1e-9", "--out", "own"], in: folder)
        #expect(
          own.status == 75 && own.output.contains("stopped by the time limit, --minutes 1e-09 after"), "\(own.text)")
      }
    }

    /// With this folder for its files Open MPI cannot start; so a program that runs has not started MPI.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
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
    func theProgramStartsQuickly(arguments: [String]) throws {
      // The best of three, since other work may delay a run.
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
