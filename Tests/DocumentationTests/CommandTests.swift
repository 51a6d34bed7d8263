import Foundation
import Testing

/// Subcommands and options in pages exist.
@Suite struct CommandTests {
  @Test(arguments: Repository.documents)
  func everyCommandExists(_ document: Document) throws {
    let program = try CommandLineTool.shared()
    for line in document.code + document.spans {
      for fault in program.faults(of: line) { Issue.record("\(document.path): \(line)\n\(fault)") }
    }
  }

  @Test func wrongCommandsAreNoticed() throws {
    let program = try CommandLineTool.shared()
    #expect(program.faults(of: "$ dp-train train echo --resume --out x epochs=3 # --nothing").isEmpty)
    #expect(program.faults(of: "mpirun --bogus -np 8 .build/release/dp-train temporal-order --out x").isEmpty == false)
    #expect(program.faults(of: "mpirun --bogus -np 8 .build/release/dp-train train temporal-order --out x").isEmpty)
    #expect(program.faults(of: "dp-train recipe echo").count == 1)
    #expect(program.faults(of: "dp-train recipes --resumed > a").count == 1)
    #expect(program.faults(of: "dp-train inspect RECIPE|RUN    layers --not-an-option").isEmpty)
  }
}

/// The program's description of its command line.
private struct CommandLineTool: Sendable {
  /// The options of each subcommand.
  let options: [String: Set<String>]

  static func shared() throws -> CommandLineTool { try tool.get() }

  private static let tool = Result { try CommandLineTool() }

  private init() throws {
    let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
    let process = Process()
    process.executableURL = URL(filePath: bundle ?? CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "dp-train")
    process.arguments = ["--experimental-dump-help"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let command = try JSONDecoder().decode(Dump.self, from: data).command
    options = Dictionary(
      uniqueKeysWithValues: (command.subcommands ?? []).map { subcommand in
        let nested = (subcommand.subcommands ?? []).flatMap { $0.arguments ?? [] }
        let names = ((subcommand.arguments ?? []) + nested).flatMap { $0.names ?? [] }.map(\.name)
        return (subcommand.commandName, Set(names + ["help", "version"]))
      })
  }

  private struct Dump: Decodable {
    let command: Command

    struct Command: Decodable {
      let commandName: String
      let subcommands: [Command]?
      let arguments: [Argument]?
    }

    struct Argument: Decodable {
      let names: [Name]?
    }

    struct Name: Decodable {
      let name: String
    }
  }

  /// The faults of the commands in a line of a page.
  func faults(of line: String) -> [String] {
    // An explanation follows two blanks or a #; another command or a file follows > or |.
    let start = line.drop { $0 == " " || $0 == "$" }
    let shown = start.split(separator: #/  |\s\#|\s[>|;&<]/#, maxSplits: 1).first ?? ""
    let words = shown.split { " []()`".contains($0) }.map(String.init)
    guard let place = words.firstIndex(where: { $0 == "dp-train" || $0.hasSuffix("/dp-train") }) else { return [] }
    let rest = words[(place + 1)...].map { $0.trimmingCharacters(in: ["\"", "'", ","]) }
    guard let first = rest.first else { return [] }
    var command = "train"
    if first.wholeMatch(of: /[a-z][a-z-]*/) != nil {
      guard options[first] != nil else { return first == "help" ? [] : ["there is no subcommand \(first)"] }
      command = first
    }
    return rest.compactMap { word in
      guard let name = word.wholeMatch(of: /--([a-z][a-z-]*)(=.*)?/)?.1, let known = options[command] else {
        return nil
      }
      return known.contains(String(name)) ? nil : "\(command) has no option --\(name)"
    }
  }
}
