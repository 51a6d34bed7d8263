import Testing

/// A user's mistake, with the program's message and exit code.
struct Fault: CustomTestStringConvertible, Sendable {
  /// The ranks that meet the fault.
  enum Witness: Sendable {
    /// Every rank; only rank 0 prints.
    case all
    /// Only rank 0, since it alone writes files; under mpirun its message begins with its name.
    case writer
  }

  /// The fault.
  let testDescription: String
  /// The command line.
  let arguments: [String]
  var environment: [String: String] = [:]
  /// The exit status, one of sysexits.h.
  let status: Int32
  /// The first line that the program prints.
  let message: String
  /// Whether the line ends with the message.
  var isWhole = true
  var witness = Witness.all
  /// Writes the files that the command line needs.
  var prepare: @Sendable (Folder) throws -> Void = { _ in }

  static let all =
    commandLine + recipes + outputs + arrays + hdf5 + files + sequences + images + cifar + tarFiles + weights

  /// Expects the message once, the exit status, and no new files.
  func check(ranks: Int? = nil) throws {
    try Folder.temporary { folder in
      try prepare(folder)
      let before = try folder.contents()
      let ending = try Program.run(arguments, ranks: ranks, in: folder, environment: environment)
      #expect(ending.status == status, "\(ending.text)")
      // With several ranks, rank 0 may first print that it runs the command alone.
      let lines = ending.errors.split(separator: "\n").filter { !$0.contains(" needs no ranks: rank 0 alone runs it") }
      var said = lines.first.map(String.init) ?? ""
      if ranks != nil, witness == .writer, let name = said.prefixMatch(of: #/rank 0 on [^ ]+: /#) {
        said.removeSubrange(name.range)
      }
      #expect(isWhole ? said == message : said.hasPrefix(message))
      #expect(ending.text.components(separatedBy: message).count == 2, "\(ending.text)")
      #expect(ending.output == "")
      // Indexes of data are kept, whatever the fault.
      #expect(try folder.contents().filter { !$0.hasSuffix(".dp-train-index") } == before)
    }
  }
}

extension EndToEndTests {
  /// Every fault has one message and an exit code, with and without mpirun.
  struct FaultTests {
    @Test(arguments: Fault.all + Fault.alone)
    func aFaultEndsTheProgramWithOneMessageAndItsCode(fault: Fault) throws {
      try fault.check()
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: Fault.all)
    func aFaultEndsAllRanksWithOneMessageAndItsCode(fault: Fault) throws {
      try fault.check(ranks: 2)
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func moreRanksThanShardsAreRefused() throws {
      try Fault(
        testDescription: "more ranks than shards", arguments: ["train", "--out", "run"], status: 64,
        message: "9 ranks are more than the batch has shards (8): some would have nothing to do"
      ).check(ranks: 9)
    }
  }
}
