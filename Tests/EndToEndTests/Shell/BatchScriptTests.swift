import Foundation
import Testing

extension EndToEndTests {
  /// The scripts that `dp-train launch` prints, run with schedulers that only print their arguments.
  struct BatchScriptTests {
    /// Words that a shell, YAML or a scheduler could misread. An accent joins a quotation mark to one `Character`; U+0D4E
    /// joins the next letter.
    static let words = [
      "name='; touch hacked #'", "data.train='\u{301}; touch hacked; '\u{301}", "record={every: 2}",
      "a=\"$(touch hacked)\"",
      "b=\\ back`touch hacked`", "c=\u{0D4E}'\u{0D4E}\"; touch hacked", "d=ü 東 🙂", "e=$(HOME) $HOME", "f=x\ty",
    ]

    /// A recipe file with such a name.
    private static let file = "it's '\u{301}$(touch hacked)'.yaml"

    private func print(_ scheduler: String, _ options: [String] = [], in folder: Folder) throws -> String {
      try folder.write("model: {layers: [lstm: 4, linear: 4]}\n", to: Self.file)
      let ending = try Program.run(
        ["launch", scheduler, "./" + Self.file, "record={every: 2}"] + options, in: folder)
      #expect(ending.status == 0, "\(ending.text)")
      return ending.output
    }

    /// Installs a command in a separate folder on the path, which writes its arguments to a file, one per line.
    private func fake(_ name: String, _ more: String = "", in folder: Folder) throws {
      try Folder(path: folder["bin"]).create()
      try folder.write("#!/bin/bash\nprintf '%s\\n' \"$@\" >>\"$LOG/\(name)\"\n\(more)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder["bin/\(name)"])
    }

    /// Runs a script. Its program only knows the loop of restarts.
    private func run(_ script: String, _ environment: [String: String] = [:], in folder: Folder) throws -> Ending {
      try folder.write(script, to: "job")
      try fake("dp train", "[ \"$1\" != launcher ] || exec '\(Program.path)' \"$@\"", in: folder)
      let path = folder["bin"] + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
      return try Program.start(
        "/bin/bash", ["job"], in: folder,
        environment: ["PATH": path, "LOG": folder.path, "DPTRAIN": folder["bin/dp train"]].merging(environment) { $1 })
    }

    private func lines(_ name: String, in folder: Folder) throws -> [String] {
      try folder.text(name).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test func shellsReadEveryWordUnchanged() throws {
      try Folder.temporary { folder in
        // Only the recipe's name is checked when it is read.
        for word in Self.words {
          try folder.write(
            "recipe=(\(try quoted(word, in: folder)))\nprintf '%s\\n' \"${recipe[@]}\"\n", to: "script")
          let ending = try Program.start("/bin/bash", ["script"], in: folder)
          #expect(ending.output == "model.weights=\"\(escaped(word))\"\n" && ending.errors == "", "\(word)")
        }
        #expect(try !folder.contents().contains("hacked"))
      }
    }

    /// The word as it stands in the printed script, as the value of a key that accepts any text.
    private func quoted(_ word: String, in folder: Folder) throws -> String {
      let ending = try Program.run(
        ["launch", "slurm", "temporal-order", "model.weights=\"\(escaped(word))\""], in: folder)
      #expect(ending.status == 0, "\(ending.text)")
      let line = try #require(ending.output.split(separator: "\n").first { $0.hasPrefix("recipe=(temporal-order ") })
      return String(line.dropFirst("recipe=(temporal-order ".count).dropLast())
    }

    /// The word escaped for YAML's double quotes.
    private func escaped(_ word: String) -> String {
      var text = String.UnicodeScalarView()
      for scalar in word.unicodeScalars {
        if scalar == "\\" || scalar == "\"" { text.append("\\") }
        text.append(scalar)
      }
      return String(text)
    }

    @Test func slurmStartsTheRanksAndQueuesAgain() throws {
      try Folder.temporary { folder in
        let script = try print("slurm", ["--nodes", "2", "--ranks-per-node", "3", "--hours", "0.5"], in: folder)
        for line in [
          "#SBATCH --nodes=2", "#SBATCH --ntasks-per-node=3", "#SBATCH --time=0:30:00", "##SBATCH --account=PROJECT",
        ] {
          #expect(script.contains(line + "\n"), "\(line)")
        }
        try fake("srun", "exit $STATUS", in: folder)
        try fake("scontrol", in: folder)
        let arguments = [
          "-K1", "--mpi=pmix", folder["bin/dp train"], "train", "./" + Self.file, "record={every: 2}", "--out",
        ]
        for (status, restarts, requeues) in [
          ("0", "", false), ("75", "", false), ("78", "", false), ("137", "", true), ("69", "4", true),
          ("137", "5", false),
        ] {
          for name in ["srun", "scontrol"] { try? FileManager.default.removeItem(atPath: folder[name]) }
          let ending = try run(
            script,
            [
              "STATUS": status, "SLURM_JOB_ID": "42", "SLURM_RESTART_COUNT": restarts, "DPTRAIN_RESTARTS": "1",
            ], in: folder)
          #expect(ending.status == (requeues ? 0 : Int32(status)), "\(status): \(ending.text)")
          let words = try lines("srun", in: folder)
          #expect(Array(words.prefix(arguments.count)) == arguments)
          #expect(words.count { $0 == "-K1" } == (["137", "69"].contains(status) ? 2 : 1), "\(status)")
          let requeued = (try? lines("scontrol", in: folder)) ?? []
          #expect(requeued == (requeues ? ["requeue", "42"] : []), "\(status)")
        }
        #expect(try !folder.contents().contains("hacked"))
      }
    }

    /// Of three machines Slurm knows that one is down, and one does not answer.
    @Test func slurmGoesOnWithTheMachinesThatAnswer() throws {
      try Folder.temporary { folder in
        let script = try print("slurm", ["--nodes", "3", "--ranks-per-node", "2"], in: folder)
        try fake("squeue", "echo '41 m[4-6]'; echo '42 n[1-3]'", in: folder)
        try fake("sinfo", "printf '%s\\n' 'n1 alloc' 'n2 down*' 'n3 mix'", in: folder)
        try fake(
          "srun",
          """
          case $* in *--mpi=none*) [ "${@: -1}" != n3 ] && echo "${@: -1}"; exit ;; esac
          [ "$(grep -c -e -K1 "$LOG/srun")" -gt 1 ] || exit 137
          echo "nodes: ${SLURM_JOB_NUM_NODES:-unset}"
          """, in: folder)
        let ending = try run(script, ["SLURM_JOB_ID": "42", "SLURM_JOB_NUM_NODES": "3"], in: folder)
        #expect(ending.status == 0 && ending.output == "nodes: unset\n", "\(ending.text)")
        #expect(
          ending.errors.contains("after SIGKILL: from the beginning, since nothing is saved yet, with 2 ranks on the"))
        #expect(try lines("sinfo", in: folder).contains("--nodes=n[1-3]"))
        let words = try lines("srun", in: folder)
        let again = words.drop { $0 != "--ntasks=2" }
        #expect(again.dropFirst().first == "--nodelist=n1" && again.contains("--reason"), "\(words)")
        #expect(words.contains("--nodelist=n3") && !words.contains("--nodelist=n2"), "\(words)")
      }
    }

    @Test func jobsOfAnArrayHaveSeparateFoldersAndSeeds() throws {
      try Folder.temporary { folder in
        let script = try print(
          "slurm", ["--array", "1-10", "--account", "physics", "--modules", "openmpi/5", "gcc", "--interface", "ib0"],
          in: folder)
        #expect(script.contains("#SBATCH --array=1-10\n") && script.contains("#SBATCH --account=physics\n"))
        try fake("srun", "echo $OMPI_MCA_btl_tcp_if_include", in: folder)
        try fake("module", in: folder)
        let ending = try run(script, ["SLURM_ARRAY_TASK_ID": "7"], in: folder)
        #expect(ending.status == 0 && ending.output == "ib0\n", "\(ending.text)")
        #expect(try lines("module", in: folder) == ["load", "openmpi/5", "gcc"])
        let words = try lines("srun", in: folder)
        #expect(words.contains("seed=7"))
        #expect(words.drop { $0 != "--out" }.dropFirst().first?.hasSuffix("-7") == true, "\(words)")
      }
    }

    @Test func jobsOfAnArrayShareASweep() throws {
      try Folder.temporary { folder in
        let script = try print(
          "slurm", ["--sweep", "batch=32,64", "seed=1..5", "--halving", "--array", "1-3", "--ranks-per-node", "9"],
          in: folder)
        try fake("srun", in: folder)
        for number in ["1", "3"] {
          try? FileManager.default.removeItem(atPath: folder["srun"])
          let ending = try run(script, ["SLURM_ARRAY_TASK_ID": number], in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          let words = try lines("srun", in: folder)
          #expect(words.contains("sweep") && words.contains("--halving") && !words.contains("--resume"), "\(words)")
          #expect(words.suffix(3) == ["--halving", "--stall-abort", "600"])
          let out = try #require(words.drop { $0 != "--out" }.dropFirst().first)
          #expect(out.wholeMatch(of: /sweeps\/.*-[0-9a-f]{8}/) != nil, "\(out)")
        }
        let refused = try Program.run(["launch", "slurm", "seed=1..5", "--halving"], in: folder)
        #expect(refused.status == 64 && refused.errors.contains("--halving goes with --sweep"), "\(refused.text)")
      }
    }

    /// The program is a fake that ends with a given status.
    @Test(arguments: ["pbs", "torque"])
    func pbsSubmitsTheJobAgain(scheduler: String) throws {
      try Folder.temporary { folder in
        let script = try print(scheduler, ["--ranks-per-node", "1", "--array", "1-3"], in: folder)
        try fake(
          "qsub", "printf '%s\\n' \"$DPTRAIN_RUN\" \"$DPTRAIN_NUMBER\" \"$DPTRAIN_RESTARTS\" >>\"$LOG/qsub\"",
          in: folder)
        try fake("program", "exit $STATUS", in: folder)
        let number = scheduler == "pbs" ? "PBS_ARRAY_INDEX" : "PBS_ARRAYID"
        let ending = try run(
          script,
          ["STATUS": "137", number: "2", "DPTRAIN": folder["bin/program"], "DPTRAIN_RUN": "runs/mine"], in: folder)
        #expect(ending.status == 137, "\(ending.text)")
        let words = try lines("program", in: folder)
        #expect(words.prefix(3) == ["train", "./" + Self.file, "record={every: 2}"] && words.contains("seed=2"))
        #expect(words.contains("runs/mine-2"))
        #expect(
          try lines("qsub", in: folder) == [
            "-v", "DPTRAIN,DPTRAIN_RUN,DPTRAIN_NUMBER,DPTRAIN_RESTARTS", "runs/mine-2.job", "runs/mine", "2", "4",
          ])
        let again = try folder.text("runs/mine-2.job")
        #expect(!again.contains("\n#PBS -J") && !again.contains("\n#PBS -t") && again.contains("#PBS -N"))
      }
    }

    @Test func kubernetesReadsEveryArgumentUnchanged() throws {
      try Folder.temporary { folder in
        try folder.write("name: My_Net.2\nmodel: {layers: [lstm: 4, linear: 4]}\n", to: "my.yaml")
        let ending = try Program.run(
          ["launch", "kubernetes", "./my.yaml", "record={every: 2}", "model.weights=$(HOME) \"x\" \\ '\u{301}"],
          in: folder)
        #expect(ending.status == 0, "\(ending.text)")
        let arguments = try ending.output.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
          .filter { $0.hasPrefix("- \"") }
          .map { try JSONDecoder().decode(String.self, from: Data($0.dropFirst(2).utf8)) }
        #expect(arguments.first == "mpirun")
        #expect(
          arguments.suffix(9) == [
            "train", "./my.yaml", "record={every: 2}", "model.weights=$$(HOME) \"x\" \\ '\u{301}", "--out",
            "runs/My_Net.2", "--resume", "--stall-abort", "600",
          ])
        #expect(ending.output.contains("\n  name: my-net-2\n"))
      }
    }

    @Test(arguments: [
      ["--nodes", "4294967296", "--ranks-per-node", "4294967296"], ["--hours", "9223372036854775807"],
      ["--hours", "nan"],
      ["--array", "1-10\n#SBATCH --x"], ["--account", "a b"], ["--nodes", "0"],
    ])
    func impossibleOptionsAreRefused(options: [String]) throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["launch", "slurm"] + options, in: folder)
        #expect(ending.status == 64 && ending.output == "", "\(ending.text)")
        #expect(ending.errors.contains(options[0]), "\(ending.text)")
      }
    }
  }
}
