import Foundation
import Testing

extension EndToEndTests {
  /// The output of `doctor` and `launch`.
  struct DoctorTests {
    @Test(arguments: [nil, 2])
    func theDoctorChecksEverything(ranks: Int?) throws {
      guard ranks == nil || Mpirun.isUsable else { return }
      try Folder.temporary { folder in
        let ending = try Program.run(["doctor"], ranks: ranks, in: folder)
        // On a busy machine the doctor may complain.
        #expect([0, 69].contains(ending.status), "\(ending.text)")
        let subjects = ["program", "MPI", "ranks", "binding", "instructions", "FMA peak", "memory", "disk"]
        for subject in subjects + (ranks == nil ? [] : ["allreduce"]) {
          #expect(
            ending.lines.filter { $0.dropFirst().hasPrefix("  \(subject)  ") }.count == 1, "\(subject): \(ending.text)")
        }
        #expect(try folder.contents() == ["runs"])
      }
    }

    @Test func aFolderThatCannotBeWrittenToIsAFault() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["doctor", "--out", "/proc/none"], in: folder)
        #expect(ending.status == 69 && ending.output.contains("\ndisk: choose a folder"), "\(ending.text)")
      }
    }

    @Test(arguments: ["slurm", "pbs", "torque", "hosts", "kubernetes"])
    func theCommittedScriptsAreThePrintedOnes(scheduler: String) throws {
      try Folder.temporary { folder in
        let printed = try Program.run(["launch", scheduler], in: folder)
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
          .deletingLastPathComponent()
        let file = root.appending(path: "launch/\(scheduler)\(scheduler == "kubernetes" ? ".yaml" : "")")
        #expect(try printed.output == String(contentsOf: file, encoding: .utf8))
      }
    }

    @Test func scriptsContainTheRecipeAndTheSizes() throws {
      try Folder.temporary { folder in
        let arguments = [
          "temporal-order", "model.layers.0.lstm={hiddenSize: 7}", "--nodes", "2", "--ranks-per-node", "3",
        ]
        let slurm = try Program.run(["launch", "slurm"] + arguments, in: folder)
        #expect(slurm.status == 0 && slurm.output.contains("#SBATCH --ntasks-per-node=3\n"), "\(slurm.text)")
        #expect(slurm.output.contains("recipe=(temporal-order 'model.layers.0.lstm={hiddenSize: 7}')\n"))
        for scheduler in ["slurm", "pbs", "torque", "hosts"] {
          let script = try Program.run(["launch", scheduler] + arguments, in: folder)
          try folder.write(script.output, to: scheduler)
          let check = try Program.start("/bin/bash", ["-n", scheduler], in: folder)
          #expect(check.status == 0 && check.text == "", "\(scheduler): \(check.text)")
        }
        let tooMany = try Program.run(["launch", "pbs", "--nodes", "9"], in: folder)
        #expect(tooMany.status == 64 && tooMany.errors.hasPrefix("9 × 2 ranks are more than"), "\(tooMany.text)")
      }
    }
  }
}
