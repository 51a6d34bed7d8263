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
      With --loop it prints functions in bash that start ranks, and again if they fail, for the scripts of dp-train launch.
      """)

  @Option(help: "The number of ranks on this machine.")
  var ranks: Int?

  @Option(help: "A file of machines and their ranks, one per line: NAME slots=RANKS, or NAME:RANKS.")
  var hosts: String?

  @Flag(help: "Leave out machines that do not answer within seconds, by ssh or the launcher's own agent; name them.")
  var answering = false

  @Flag(help: "With --answering: end with 68 if no machine answers. Otherwise all are named then.")
  var some = false

  @Flag(help: "Print the functions that start ranks again after a failure.")
  var loop = false

  func validate() throws {
    guard [ranks != nil, hosts != nil, loop].count(where: { $0 }) == 1 else {
      throw ValidationError("give --ranks, --hosts or --loop")
    }
    guard !answering || hosts != nil else { throw ValidationError("--answering goes with --hosts") }
    guard !some || answering else { throw ValidationError("--some goes with --answering") }
    guard ranks.map({ $0 > 0 }) ?? true else { throw ValidationError("--ranks must be 1 or more") }
  }

  func run() throws {
    guard !loop else { return Terminal.write(RestartLoop.text) }
    let mpirun = try Mpirun.find()
    let command =
      if let hosts {
        mpirun.command(hosts: try machines(of: HostFile.read(hosts), file: hosts, mpirun))
      } else {
        mpirun.command(ranks: ranks ?? 1, cores: ProcessInfo.processInfo.activeProcessorCount)
      }
    Terminal.write(command.map { $0 + "\n" }.joined())
  }

  /// The machines to start ranks on. If none answers, all, unless `some`: the launcher says why, or reaches them in another way.
  private func machines(
    of all: [(name: String, ranks: Int)], file: String, _ mpirun: Mpirun
  ) throws -> [(name: String, ranks: Int)] {
    guard answering else { return all }
    let agent = mpirun.remoteAgent()
    let silent = HostProbe(agent: agent).silent(all.map(\.name))
    guard !silent.isEmpty else { return all }
    guard silent.count < all.count else {
      let text = "no machine of \(file) answers \"\(agent.joined(separator: " ")) NAME\""
      if some { throw Failure(.noHost, text, advice: "Scripts ask again for an hour at most.") }
      complain("dp-train: \(text); trying to start ranks on all")
      return all
    }
    complain("dp-train: left out, as they do not answer: \(silent.joined(separator: ", "))")
    return all.filter { !silent.contains($0.name) }
  }
}
