import Foundation
import Testing

extension EndToEndTests {
  /// The manual page and the output of `--version`.
  struct ManualTests {
    /// The argument parser's description of a command.
    private struct Command: Decodable {
      struct Argument: Decodable {
        struct Name: Decodable { let name: String }
        let names: [Name]?
        let abstract: String?
        /// False for options that only the project's scripts use.
        let shouldDisplay: Bool?
      }

      let commandName: String
      let subcommands: [Command]?
      let arguments: [Argument]?
    }

    private struct Dump: Decodable { let command: Command }

    @Test func thePageListsEverySubcommandAndOption() throws {
      try Folder.temporary { folder in
        let page = try Program.run(["manual"], in: folder)
        #expect(page.status == 0 && page.errors == "" && page.output.hasPrefix(".TH DP-TRAIN 1"), "\(page.text)")
        let dump = try Program.run(["--experimental-dump-help"], in: folder)
        let program = try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8)).command
        let text = page.output.replacing("\\-", with: "-")
        let subcommands = (program.subcommands ?? []).filter { $0.commandName != "help" }
        #expect(subcommands.count > 8)
        for command in subcommands {
          #expect(text.contains(".SS \"dp-train \(command.commandName)"), "\(command.commandName)")
          for argument in command.arguments ?? [] where argument.shouldDisplay != false {
            for name in argument.names ?? [] { #expect(text.contains(name.name), "\(name.name)") }
          }
        }
      }
    }

    @Test func thePageIsValidForMan() throws {
      let groff = "/usr/bin/groff"
      guard FileManager.default.isExecutableFile(atPath: groff) else { return }
      try Folder.temporary { folder in
        try folder.write(try Program.run(["manual"], in: folder).output, to: "page.1")
        let shown = try Program.start(groff, ["-man", "-ww", "-Tutf8", "-P-c", "page.1"], in: folder)
        #expect(shown.status == 0 && shown.errors == "", "\(shown.errors)")
        #expect(shown.output.contains("dp‐train") || shown.output.contains("dp-train"))
        #expect(shown.output.contains("mpirun -np 8 dp-train train temporal-order"))
      }
    }

    @Test func theVersionNamesCompilersMPIAndInstructionSets() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          ["--version"], in: folder, environment: ["DPTRAIN_INSTRUCTION_SET": "baseline"])
        #expect(ending.status == 0 && ending.errors == "")
        let lines = ending.output.split(separator: "\n")
        try #require(lines.count == 4)
        #expect(lines[0].wholeMatch(of: /dp-train \d+\.\d+\.\d+/) != nil)
        #expect(lines[1].wholeMatch(of: /compilers: Swift 6\.\d+.*, (Clang|Apple LLVM|\d+)[^(]*/) != nil, "\(lines[1])")
        #expect(lines[2].wholeMatch(of: /MPI: .+/) != nil)
        #expect(lines[3].wholeMatch(of: /instruction set: baseline, of .*baseline/) != nil, "\(lines[3])")
      }
    }
  }
}
