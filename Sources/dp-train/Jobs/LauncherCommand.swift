import ArgumentParser
import DPTrain
import Foundation

/// `dp-train launcher`: what scripts ask, since the program knows its MPI.
struct LauncherCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launcher", abstract: "Print the command that starts ranks with the program's MPI, a word a line.",
    discussion: """
      The words differ from MPI to MPI. For scripts:
        mapfile -t start < <(dp-train launcher --ranks 8)
        "${start[@]}" dp-train train temporal-order
      """)

  @Option(help: "The number of ranks on this machine.")
  var ranks: Int?

  @Option(help: "Ranks on the machines of a file with a line for each: NAME slots=RANKS, or NAME:RANKS.")
  var hosts: String?

  func validate() throws {
    guard (ranks == nil) != (hosts == nil) else { throw ValidationError("give --ranks or --hosts") }
    guard ranks.map({ $0 > 0 }) ?? true else { throw ValidationError("--ranks must be 1 or more") }
  }

  func run() throws {
    let mpirun = try Mpirun.find()
    let command =
      if let hosts {
        mpirun.command(hosts: try HostFile.read(hosts))
      } else {
        mpirun.command(ranks: ranks ?? 1, cores: ProcessInfo.processInfo.activeProcessorCount)
      }
    Terminal.write(command.map { $0 + "\n" }.joined())
  }
}
