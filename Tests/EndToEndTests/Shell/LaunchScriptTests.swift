import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// The scripts in `launch`, with fakes of swift, apt-get and mpirun that only print their arguments.
  struct LaunchScriptTests {
    /// Copies the scripts, fakes a built program, and makes a folder of commands that is first on the `PATH`.
    private func inCopy(_ body: (Folder) throws -> Void) throws {
      try Folder.temporary { folder in
        for name in ["launch", ".build/release", "bin"] { try Folder(path: folder[name]).create() }
        for name in ["train", "setup", "build"] {
          try FileManager.default.copyItem(atPath: "\(repository)/launch/\(name)", toPath: folder["launch/\(name)"])
        }
        try FileManager.default.createSymbolicLink(
          atPath: folder[".build/release/dp-train"], withDestinationPath: Program.path)
        try command(
          "swift",
          """
          if [ "$1" = --version ]; then echo "Swift version 6.3 (swift-6.3-RELEASE)"; exit; fi
          echo "Fetching https://example.org/a"
          echo "[1/2] Compiling Layers Linear.swift"
          sleep ${SLOW:-0}
          echo "[2/2] Linking dp-train"
          exit ${BUILD:-0}
          """, folder)
        try body(folder)
      }
    }

    private func command(_ name: String, _ text: String, _ folder: Folder) throws {
      try folder.write("#!/bin/bash\n\(text)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder["bin/\(name)"])
    }

    /// An mpirun that tells its version; otherwise it notes its arguments in the file `starts` and does what the text says.
    private func mpirun(_ text: String, _ folder: Folder) throws {
      try command(
        "mpirun",
        """
        [ "$1" != --version ] || { echo "mpirun (Open MPI) 4.1.4"; exit; }
        echo "$@" >>\(folder["starts"])
        \(text)
        """, folder)
    }

    /// The arguments of mpirun's starts.
    private func noted(_ folder: Folder) throws -> [Substring] { try folder.text("starts").split(separator: "\n") }

    private func run(
      _ script: String, _ arguments: [String], _ environment: [String: String], _ folder: Folder,
      meanwhile: (pid_t) -> Void = { _ in }
    ) throws -> Ending {
      try start(folder["launch/\(script)"], arguments, environment, folder, meanwhile: meanwhile)
    }

    private func start(
      _ program: String, _ arguments: [String], _ environment: [String: String], _ folder: Folder,
      meanwhile: (pid_t) -> Void = { _ in }
    ) throws -> Ending {
      let path = folder["bin"] + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
      return try Program.start(
        program, arguments, in: folder, environment: environment.merging(["PATH": path]) { $1 }, meanwhile: meanwhile)
    }

    @Test(
      .enabled(if: Mpirun.isOpenMPI, "needs Open MPI"),
      arguments: [
        ("mpirun (Open MPI) 4.1.4", ["-q", "--oversubscribe", "--bind-to", "none"], ["vader,self"]),
        ("mpirun (Open MPI) 5.0.7", ["--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"], ["sm,self"]),
      ])
    func trainStartsRanksWithTheOptionsOfTheMPI(version: String, first: [String], others: [String]) throws {
      try inCopy { folder in
        try command("mpirun", "[ \"$1\" = --version ] && echo \"\(version)\" || printf '%s\\n' \"$@\"", folder)
        let ending = try run("train", ["--ranks", "3", "echo", "epochs=1"], [:], folder)
        #expect(ending.status == 0, "\(ending.text)")
        let words = ending.lines.map(String.init)
        #expect(Array(words.prefix(first.count)) == first && others.allSatisfy(words.contains), "\(words)")
        #expect(
          words.suffix(9).dropLast(3) == ["-np", "3", folder[".build/release/dp-train"], "train", "echo", "epochs=1"])
        #expect(ending.errors == "building dp-train\n")
      }
    }

    @Test func ranksWithoutALauncherAreRefused() throws {
      try inCopy { folder in
        try command("mpirun", "echo other", folder)
        let ending = try Program.start(
          Program.path, ["launcher", "--ranks", "2"], in: folder, environment: ["PATH": folder["bin"]])
        #expect(ending.status == 69 && ending.output == "", "\(ending.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
    func hostsStartsRanksOnTheMachinesOfAFile() throws {
      try inCopy { folder in
        try command(
          "mpirun", "[ \"$1\" = --version ] && echo \"mpirun (Open MPI) 4.1.4\" || printf '%s\\n' \"$@\"", folder)
        // Machines whose names begin with "gone" do not answer.
        try command("ssh", "case $* in *\\ gone*) exit 255 ;; esac", folder)
        let machines = "# mine\n\nnode1 slots=8 # both sockets\nnode2:4\nnode3\nnode3\ngone1 slots=9\n"
        for (text, status, said) in [
          (machines, 0, "node1:8,node2:4,node3:2\n"), ("node1 slots=many\n", 65, "machines, line 1: "),
          ("gone1:14\ngone2:0\n", 65, "machines, line 2: "),
          ("# none\n", 65, "machines names no machine"), ("gone1:14\n", 0, "gone1:14\n"),
        ] as [(String, Int32, String)] {
          try folder.write(text, to: "machines")
          try folder.write(try Program.run(["launch", "hosts", "echo"], in: folder).output, to: "job")
          let ending = try start("/bin/bash", ["job", "machines"], [:], folder)
          #expect(ending.status == status && ending.text.contains(said), "\(ending.text)")
          if text == machines {
            #expect(ending.errors == "dp-train: left out, as they do not answer: gone1\n", "\(ending.text)")
          }
          if status == 0 { #expect(ending.output.contains("\n-np\n14\n") && ending.output.contains("\ntrain\necho\n")) }
        }
      }
    }

    /// After a failure no machine answers for a while, as while a switch is off.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
    func hostsWaitsUntilAMachineAnswers() throws {
      try inCopy { folder in
        try mpirun(
          """
          [ "$(wc -l <\(folder["starts"]))" -eq 1 ] || exit 0
          touch gone
          exit 137
          """, folder)
        // The fourth question is answered.
        try command(
          "ssh", "[ -e gone ] || exit 0; echo >>gone; [ \"$(wc -l <gone)\" -gt 3 ] || exit 255; rm gone", folder)
        try command("sleep", "exec /bin/sleep 0.1", folder)
        try folder.write("node1 slots=2\n", to: "machines")
        try folder.write(try Program.run(["launch", "hosts", "echo"], in: folder).output, to: "job")
        let ending = try start("/bin/bash", ["job", "machines"], [:], folder)
        #expect(ending.status == 0, "\(ending.text)")
        #expect(try noted(folder).count == 2)
        #expect(ending.errors.components(separatedBy: "no machine of machines answers").count == 2, "\(ending.text)")
        #expect(ending.errors.contains("with 2 ranks on node1:2\n"), "\(ending.text)")
      }
    }

    /// The launcher is a fake that ends with some statuses, one after the other, and may leave a checkpoint before.
    @Test(
      .enabled(if: Mpirun.isOpenMPI, "needs Open MPI"),
      arguments: [
        ("0", 0, 1), ("65", 65, 1), ("75", 75, 1), ("78", 78, 1), ("137 0", 0, 2), ("69 74 0", 0, 3),
        ("137 137 205 0", 205, 3), ("137+ 137+ 1+ 137+ 0", 0, 5), ("137 137+ 137 1 0", 0, 5),
      ] as [(String, Int32, Int)])
    func failuresWithoutProgressAreNumbered(statuses: String, status: Int32, starts: Int) throws {
      try inCopy { folder in
        try mpirun(
          """
          number=$(wc -l <\(folder["starts"]))
          words=(\(statuses))
          word=${words[number - 1]}
          if [[ $word == *+ ]]; then
            mkdir -p run/checkpoints/step-0000000$number && touch run/checkpoints/step-0000000$number/complete
          fi
          exit "${word%+}"
          """, folder)
        // The pauses before restarts take no time.
        try command("sleep", "exec /bin/sleep 0.1", folder)
        let ending = try run(
          "train", ["--ranks", "2", "--restarts", "2", "echo", "--out", "run"], [:], folder)
        let lines = try noted(folder)
        #expect(ending.status == status && lines.count == starts, "\(ending.text)")
        #expect(lines.dropFirst().allSatisfy { $0.contains(" --out run --resume --reason ") }, "\(lines)")
        #expect(!lines[0].contains("--re"))
        let told = ending.errors.split(separator: "\n").filter { $0.hasPrefix("dp-train: attempt ") }
        #expect(told.count == starts - 1, "\(ending.text)")
        let isOver = statuses == "137 137 205 0"
        #expect(
          ending.errors.contains(
            "ended by exit code 205, and nothing newer was saved in 2 restarts. "
              + "Start it again by the same command with --out run --resume: it goes on "
          ) == isOver, "\(ending.text)")
        if statuses.hasPrefix("137+") {
          #expect(told[0] == "dp-train: attempt 2, after SIGKILL: from step 1, with 2 ranks", "\(told)")
        }
      }
    }

    /// A launcher that just starts takes no signal yet, so the script repeats it.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
    func aSignalThatALauncherMissesIsRepeated() throws {
      try inCopy { folder in
        try mpirun(
          """
          trap '' USR1
          touch started
          sleep 1.2
          trap 'exit 75' USR1
          for tenth in {1..300}; do sleep 0.1; done
          """, folder)
        let ending = try run("train", ["--ranks", "2", "echo", "--out", "run"], [:], folder) { script in
          waitForFile(folder["started"])
          kill(script, SIGTERM)
        }
        #expect(ending.status == 75 && ending.seconds < 20, "\(ending.text)")
      }
    }

    /// The files of trainings that ended at once, such as those of a sweep, and how often ranks start then.
    @Test(
      .enabled(if: Mpirun.isOpenMPI, "needs Open MPI"),
      arguments: [(["restart"], 0, 2), (["stop"], 75, 1), (["restart", "stop"], 75, 1), (["stop", "restart"], 75, 1)]
        as [([String], Int32, Int)])
    func anotherStartIsOnlyAskedForByFilesRestart(files: [String], status: Int32, starts: Int) throws {
      try inCopy { folder in
        let lines = files.enumerated().map { number, file in
          let text = #"{"cause":"the file \#(file) in the run folder","event":"stop","step":1}"#
          return "mkdir -p run/\(number); echo '\(text)' >run/\(number)/history.jsonl\n"
        }
        try mpirun(
          """
          [ "$(wc -l <\(folder["starts"]))" -eq 1 ] || exit 0
          \(lines.joined())exit 75
          """, folder)
        let ending = try run("train", ["--ranks", "2", "echo", "--out", "run"], [:], folder)
        #expect(ending.status == status, "\(ending.text)")
        #expect(try noted(folder).count == starts)
      }
    }

    /// If the first start dies before it can refuse the folder of another run, the second one does not resume that run.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"), arguments: [true, false])
    func anotherRunIsNotResumed(isThere: Bool) throws {
      try inCopy { folder in
        try mpirun(
          """
          [ "$(wc -l <\(folder["starts"]))" -eq 1 ] || exit 0
          exit 137
          """, folder)
        try Folder(path: folder["run"]).create()
        if isThere { try folder.write("name: echo\n", to: "run/recipe.yaml") }
        let ending = try run("train", ["--ranks", "2", "echo", "--out", "run"], [:], folder)
        let starts = try noted(folder)
        #expect(ending.status == 0 && starts.count == 2, "\(ending.text)")
        #expect(starts[1].contains("--resume") != isThere, "\(starts)")
      }
    }

    /// Nothing can be written to the run's folder, as on a full disk, for longer than restarts without progress take.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
    func aFullDiskIsWaitedFor() throws {
      try inCopy { folder in
        try mpirun(
          """
          [ ! -d run/.room ] || exit 74
          """, folder)
        // A folder in the place of the file that is tried.
        try Folder(path: folder["run/.room"]).create()
        let ending = try run("train", ["--ranks", "2", "--restarts", "1", "echo", "--out", "run"], [:], folder) { _ in
          Thread.sleep(forTimeInterval: 9)
          try? FileManager.default.removeItem(atPath: folder["run/.room"])
        }
        #expect(ending.status == 0, "\(ending.text)")
        #expect(try noted(folder).count == 2)
        #expect(ending.errors.contains("dp-train: waiting until run can be written to"), "\(ending.text)")
        #expect(!FileManager.default.fileExists(atPath: folder["run/.room"]))
      }
    }

    /// A launcher that stays although no rank renews its file any more, as while a machine hangs.
    @Test(.enabled(if: Mpirun.isOpenMPI, "needs Open MPI"))
    func aLauncherWhoseRanksHaveGivenUpIsKilled() throws {
      try inCopy { folder in
        try mpirun(
          """
          [ "$(wc -l <\(folder["starts"]))" -eq 1 ] || exit 0
          mkdir -p run/stalls
          for second in 1 2 3 4 5 6 7 8 9; do echo $second >run/stalls/rank-0.json; sleep 1; done
          touch renewed
          sleep 100
          """, folder)
        let script = try folder.text("launch/train").replacing("eval \"$loop\"\n", with: "eval \"$loop\"\npatience=5\n")
        try folder.write(script, to: "launch/train")
        let ending = try run("train", ["--ranks", "2", "echo", "--out", "run"], [:], folder)
        #expect(ending.status == 0, "\(ending.text)")
        #expect(FileManager.default.fileExists(atPath: folder["renewed"]))
        #expect(ending.errors.contains("dp-train: no rank has been at work for 5 s"), "\(ending.text)")
        #expect(ending.errors.contains("dp-train: attempt 2, after SIGKILL: "), "\(ending.text)")
        #expect(try !folder.contents().contains("run/stalls/rank-0.json"))
      }
    }

    @Test func impossibleNumbersOfRestartsAreRefused() throws {
      try inCopy { folder in
        let ending = try run("train", ["--restarts", "-1"], [:], folder)
        #expect(ending.status == 64 && ending.errors.contains("--restarts -1 is not a number"), "\(ending.text)")
      }
    }

    @Test(arguments: ["-h", "--help"]) func helpIsOfTheScriptAndNeedsNoBuild(word: String) throws {
      try inCopy { folder in
        let ending = try run("train", [word], ["BUILD": "1"], folder)
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        for option in ["--ranks N", "--restarts N", "dp-train train --help"] {
          #expect(ending.output.contains(option), "\(ending.text)")
        }
        #expect(!ending.output.contains("#") && !ending.output.contains("set -e"), "\(ending.text)")
      }
    }

    @Test func theBuildShowsItsProgressOnATerminal() throws {
      let script = "/usr/bin/script"
      guard FileManager.default.isExecutableFile(atPath: script) else { return }
      try inCopy { folder in
        let ending = try start(
          script, ["-qec", "stty cols 60 rows 20; launch/build --product dp-train", "/dev/null"], ["SLOW": "2"], folder)
        #expect(ending.status == 0, "\(ending.text)")
        #expect(ending.output.contains("[1/2] Compiling Layers Linear.swift"), "\(ending.text)")
        #expect(ending.output.contains("1 s  [1/2] Compiling"), "\(ending.text)")
      }
    }

    @Test func aFailedBuildPrintsItsOutput() throws {
      try inCopy { folder in
        let ending = try run("train", ["--ranks", "1"], ["BUILD": "1"], folder)
        #expect(ending.status == 70, "\(ending.text)")
        #expect(ending.errors.contains("[1/2] Compiling Layers Linear.swift\n[2/2] Linking dp-train\n"))
        #expect(ending.errors.hasSuffix("launch/build: the build failed\n"))
      }
    }

    /// A pkg-config without MPI, which apt-get then installs or not.
    @Test(arguments: ["mpich", "ompi", "craympich"], [true, false])
    func setupUsesTheRequestedMPIOrNone(name: String, comes: Bool) throws {
      try inCopy { folder in
        try command(
          "pkg-config",
          "case ${@: -1} in mpi* | ompi* | cray*) [ -e \(folder["installed"]) ] ;; *) true ;; esac", folder)
        try command("id", "echo 0", folder)
        for name in ["mpirun", "mpirun.mpich"] { try command(name, "true", folder) }
        try command(
          "apt-get",
          "echo \"$@\" >>\(folder["asked"]); case $* in *install*) \(comes ? "touch \(folder["installed"])" : "true") ;; esac",
          folder)
        let ending = try run("setup", [], ["DPTRAIN_MPI_PC": name], folder)
        #expect(ending.status == (comes && name != "craympich" ? 0 : 69), "\(ending.text)")
        let asked = (try? folder.text("asked")) ?? ""
        #expect(
          asked.contains("libmpich-dev") == (name == "mpich") && asked.contains("libopenmpi-dev") == (name == "ompi"))
        if ending.status != 0 { #expect(ending.errors.contains("\(name).pc"), "\(ending.errors)") }
      }
    }
  }
}
