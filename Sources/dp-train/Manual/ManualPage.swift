import DPTrain

/// The program's manual page in the format of man(7), made from the argument parser's description.
struct ManualPage {
  private var lines: [String] = []

  /// The text of the page.
  var text: String { lines.map { $0 + "\n" }.joined() }

  /// Writes the page of a program, without its hidden parts.
  init(_ program: CommandInfo, version: String) {
    let name = program.commandName
    lines.append(".TH \(name.uppercased()) 1 \"\" \"\(name) \(version)\" \"User Commands\"")
    section("NAME")
    // Searches of manuals find only minus signs (`\-`), not hyphens.
    lines.append("\(escaped(name)) \\- \(lowercased(program.abstract ?? ""))")
    section("SYNOPSIS")
    lines += [".B \(escaped(name))", ".RI [ subcommand ]", ".RI [ arguments ]"]
    section("DESCRIPTION")
    if let discussion = program.discussion { verbatim(discussion) }
    let subcommands = (program.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    section("SUBCOMMANDS")
    for command in subcommands { describe(command, of: name) }
    section("OPTIONS")
    for argument in shown(program) { describe(argument) }
  }

  private func shown(_ command: CommandInfo) -> [CommandInfo.Argument] {
    (command.arguments ?? []).filter { $0.shouldDisplay }
  }

  private mutating func section(_ title: String) { lines.append(".SH \(title)") }

  private mutating func describe(_ command: CommandInfo, of program: String) {
    let own = shown(command).filter { !($0.names ?? []).contains { ["help", "version"].contains($0.name) } }
    lines.append(".SS \"\(escaped(([program, command.commandName] + own.map(usage)).joined(separator: " ")))\"")
    if let abstract = command.abstract { lines.append(escaped(abstract)) }
    for argument in own { describe(argument) }
    if let discussion = command.discussion { verbatim(discussion) }
  }

  /// An argument as it stands in a usage line.
  private func usage(_ argument: CommandInfo.Argument) -> String {
    let value = argument.valueName.map { "<\($0)>" } ?? ""
    let word =
      switch argument.kind {
      case "positional": value
      case "flag": argument.names?.last?.text ?? ""
      default: "\(argument.names?.last?.text ?? "") \(value)"
      }
    return (argument.isOptional ? "[\(word)]" : word) + (argument.isRepeating ? " ..." : "")
  }

  private mutating func describe(_ argument: CommandInfo.Argument) {
    let names = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }.joined(separator: ", ")
    let value = argument.kind == "flag" ? nil : argument.valueName.map { "\\fI\(escaped($0))\\fR" }
    lines += [".TP", [names.isEmpty ? nil : names, value].compactMap(\.self).joined(separator: " ")]
    var words = [argument.abstract, argument.discussion].compactMap(\.self).filter { !$0.isEmpty }
    if let values = argument.allValues, !values.allSatisfy((argument.abstract ?? "").contains) {
      words.append("One of \(values.joined(separator: ", ")).")
    }
    if let standard = argument.defaultValue, argument.kind != "flag" { words.append("Default: \(standard).") }
    lines.append(escaped(words.joined(separator: " ")))
  }

  /// Adds text with its line breaks.
  private mutating func verbatim(_ text: String) {
    lines += [".PP", ".nf"]
    lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
    lines.append(".fi")
  }

  private func escaped(_ text: String) -> String {
    let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
    // A line that begins with a dot or an apostrophe would be a request.
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
  }

  private func lowercased(_ sentence: String) -> String {
    let words = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    return escaped(words.prefix(1).lowercased() + words.dropFirst())
  }
}
