import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Systems that refuse something: space for output, threads, /proc.
  struct SystemTests {
    private static let canUnshare = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare")

    private func shell(_ script: String, in folder: Folder, limit: Double = 60) throws -> Ending {
      try Program.start("/bin/bash", ["-c", script, Program.path], in: folder, limit: limit)
    }

    @Test(arguments: ["train steps=1 --out run", "recipes", "inspect", "--help", "--version", "doctor"])
    func outputThatCannotBeWrittenIsAFailure(command: String) throws {
      try Folder.temporary { folder in
        let ending = try shell("exec \"$0\" \(command) >/dev/full", in: folder)
        #expect(ending.status == 74, "\(ending.text)")
        let message = "cannot write to standard output: No space left on device\n"
        #expect(ending.errors.hasPrefix(message) && ending.errors.split(separator: "\n").count == 2, "\(ending.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func outputThatRankZeroCannotWriteEndsAll() throws {
      try Folder.temporary { folder in
        try folder.write("exec \"$@\" >/dev/full\n", to: "full")
        let ending = try Program.run(
          ["full", Program.path, "train", "steps=100000", "--out", "run"], of: "/bin/sh", ranks: 2, in: folder)
        #expect(ending.status == 74, "\(ending.text)")
        #expect(ending.text.components(separatedBy: "cannot write to standard output").count == 2, "\(ending.text)")
      }
    }

    @Test func errorsThatCannotBeWrittenKeepTheStatus() throws {
      try Folder.temporary { folder in
        let full = try shell("exec \"$0\" train nowhere.yaml 2>/dev/full", in: folder)
        #expect(full.status == 66)
        let closed = try shell("exec \"$0\" --nonsense 2>&-", in: folder)
        #expect(closed.status == 64)
      }
    }

    @Test func aClosedPipeEndsTheProgramQuietly() throws {
      try Folder.temporary { folder in
        let ending = try shell("\"$0\" recipes --reference | head -n 1; echo ${PIPESTATUS[0]}", in: folder)
        #expect(ending.errors == "" && ["0", "141"].contains(ending.lines[1]), "\(ending.text)")
      }
    }

    @Test func aFileSizeLimitIsAFailureThatNamesTheFile() throws {
      try Folder.temporary { folder in
        let output = try shell("ulimit -f 4; exec \"$0\" recipes --reference >page", in: folder)
        #expect(output.status == 74, "\(output.text)")
        #expect(output.errors.hasPrefix("cannot write to standard output: File too large\n"))
        let metrics = try shell("ulimit -f 8; exec \"$0\" train epochs=60 --out run", in: folder)
        #expect([73, 74].contains(metrics.status), "\(metrics.text)")
        #expect(metrics.errors.contains("run/") && metrics.errors.contains("large"), "\(metrics.errors)")
      }
    }

    #if canImport(CHDF5)
      @Test func aLimitOfOpenFilesIsRaisedOrTold() throws {
        try Folder.temporary { folder in
          for number in 0..<40 {
            try writeHDF5(
              [
                HDF5Array("x", [2, 3], [0, 1, 2, 3, 4, Double(number)]),
                HDF5Array("y", [2], [0, 1], isWhole: true),
              ], to: folder["\(number).h5"])
          }
          try folder.write(
            "steps: 2\ndata: {source: hdf5, train: \"*.h5\"}\nmodel: {layers: [linear: 2]}\n", to: "many.yaml")
          let raised = try shell("ulimit -Sn 40; exec \"$0\" train many.yaml --out run", in: folder)
          #expect(raised.status == 0, "\(raised.text)")
          let refused = try shell("ulimit -n 40; exec \"$0\" train many.yaml --out other", in: folder)
          #expect(refused.status == 71, "\(refused.text)")
          #expect(refused.errors.contains(".h5' cannot be opened: Too many open files.\n"), "\(refused.text)")
          #expect(refused.errors.contains("this process may have 40 files open at once: raise the limit (ulimit -n"))
        }
      }
    #endif

    /// Swift reads the command line from /proc.
    @Test(.enabled(if: canUnshare, "needs root and unshare"))
    func withoutProcTheCommandLineIsRead() throws {
      try Folder.temporary { folder in
        let script = "mount --make-rprivate / && mount -t tmpfs none /proc && exec \"$0\" train /nonexistent.yaml"
        let ending = try Program.start("/usr/bin/unshare", ["-m", "/bin/sh", "-c", script, Program.path], in: folder)
        #expect(ending.status == 66 && ending.errors.hasPrefix("/nonexistent.yaml: there is no such"), "\(ending.text)")
        #expect(try folder.contents() == [])
      }
    }

    /// With memory for little more than the program, up to enough for all: it succeeds or ends with a message.
    @Test func threadsThatCannotStartAreFailures() throws {
      try Folder.temporary { folder in
        var refusals = 0
        for kibibytes in stride(from: 88 << 10, through: 480 << 10, by: 2 << 10) {
          let ending = try shell(
            "ulimit -v \(kibibytes); exec \"$0\" train steps=1 data.testSize=32 --out \(kibibytes)", in: folder,
            limit: 10)
          if ending.errors.hasPrefix("the system starts no thread for ") {
            refusals += 1
            #expect(ending.status == 71 && ending.errors.contains("ulimit -v \(kibibytes)"), "\(ending.text)")
          } else if ending.status == 0 {
            break
          }
        }
        #expect(refusals > 0)
      }
    }
  }
}
