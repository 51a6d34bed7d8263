import ArgumentParser
import DPTrain

/// `dp-train manual`.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page, for man.",
    discussion: "Example: dp-train manual > dp-train.1 && man -l dp-train.1")

  func run() throws {
    Terminal.write(ManualPage(try CommandInfo.program(), version: dpTrainVersion).text)
  }
}
