import ArgumentParser
import DPTrain
import Foundation

/// `dp-train launcher`. Scripts ask it, since the program knows its MPI.
struct LauncherCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launcher", abstract: "Print the command that starts ranks with the program's MPI, one word per line.",
    discussion: """
      The command depends on the MPI. In scripts:
        mapfile -t start < <(dp-train launcher --ranks 8)
        "${start[@]}" dp-train train temporal-order
      """)

  @Option(help: "The number of ranks on this machine.")
  var ranks: Int?

  @Option(help: "A file of machines and their ranks, one per line: NAME slots=RANKS, or NAME:RANKS.")
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
