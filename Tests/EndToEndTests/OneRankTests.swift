import Testing

extension EndToEndTests {
  /// A fault of one rank ends the whole job, with one message that names the rank.
  @Suite(.enabled(if: Mpirun.isUsable, Mpirun.missing))
  struct OneRankTests {
    private static let good = ["train", "temporal-order", "epochs=1", "--out", "run"]

    @Test(arguments: [0, 1, 2])
    func aMissingFileOnOneRankEndsAll(rank: Int) throws {
      try expectEnd(
        at: rank, Mpirun.Part(["train", "missing.yaml"]), status: 66,
        message: "missing.yaml: there is no such recipe file")
    }

    @Test(arguments: [0, 1])
    func aWrongValueOnOneRankEndsAll(rank: Int) throws {
      try expectEnd(
        at: rank, Mpirun.Part(["train", "epochs=-1"]), status: 78,
        message: "command line: epochs=-1: epochs must be at least 0, not -1")
    }

    @Test(arguments: [0, 1])
    func weightsThatOneRankCannotReadEndAll(rank: Int) throws {
      try expectEnd(
        at: rank, Mpirun.Part(["train", "model.weights=none.safetensors"]), status: 66,
        message: "'none.safetensors' cannot be opened: No such file or directory.")
    }

    @Test(arguments: [0, 1])
    func anInstructionSetThatOneRankLacksEndsAll(rank: Int) throws {
      try expectEnd(
        at: rank, Mpirun.Part(Self.good, environment: ["DPTRAIN_INSTRUCTION_SET": "sse9"]), status: 64,
        message: "DPTRAIN_INSTRUCTION_SET=sse9 is not an instruction set")
    }

    @Test(arguments: [0, 1])
    func aWrongOptionOnOneRankEndsAll(rank: Int) throws {
      try expectEnd(
        at: rank, Mpirun.Part(["train", "--ouput", "run"]), status: 64,
        message: "Error: Unknown option '--ouput'. Did you mean '--out'?")
    }

    @Test(arguments: [
      ("seed=2", #""seed: 2" here, "seed: 1" there"#), ("epochs=3", #""epochs: 3" here, "epochs: 1" there"#),
      ("batch=40", #""batch: 40" here, "batch: 32" there"#),
    ])
    func anotherRecipeOnOneRankEndsAll(change: String, difference: String) throws {
      try expectEnd(
        at: 1, Mpirun.Part(Self.good + [change]), status: 78,
        message: "this rank's recipe or data differ from rank 0's: \(difference)")
    }

    private func expectEnd(at rank: Int, _ part: Mpirun.Part, status: Int32, message: String) throws {
      try Folder.temporary { folder in
        var parts = [Mpirun.Part](repeating: Mpirun.Part(Self.good), count: 3)
        parts[rank] = part
        let ending = try Mpirun.run(parts, in: folder)
        #expect(ending.status == status, "\(ending.text)")
        let lines = ending.errors.split(separator: "\n")
        #expect(
          lines.first?.wholeMatch(of: /rank (\d) on [^ ]+: (.*)/).map { "\($0.1) \($0.2)" } == "\(rank) \(message)")
        #expect(ending.text.components(separatedBy: message).count == 2, "\(ending.text)")
      }
    }
  }
}
