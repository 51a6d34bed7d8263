import ArgumentParser
import Foundation

/// A command as the argument parser describes it in its dump (`--experimental-dump-help`).
struct CommandInfo: Decodable {
  /// An argument, an option or a flag.
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String

      /// The name with its dashes.
      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?
    let discussion: String?
  }

  private struct Dump: Decodable {
    let command: CommandInfo
  }

  let commandName: String
  let shouldDisplay: Bool
  let abstract: String?
  let discussion: String?
  let subcommands: [CommandInfo]?
  let arguments: [Argument]?

  /// The description of the whole program.
  /// - Throws: `DecodingError` if the dump has another format.
  static func program() throws -> CommandInfo {
    try JSONDecoder().decode(Dump.self, from: Data(Root._dumpHelp().utf8)).command
  }
}
