import ArgumentParser
import DPTrain
import Foundation

/// `dp-train watch`.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Follow a run from another shell, until it ends or control-C.",
    discussion: """
      It only reads the run's folder, so it works on any machine that sees that folder. On a terminal it shows a bar,
      elsewhere a line every tenth of the run and every minute. If the run has ended, it shows the end.
      """)

  @Argument(help: ArgumentHelp("The folder of a run.", valueName: "run"))
  var path: String

  @Option(help: "Seconds between two readings.")
  var every = 0.5

  func validate() throws {
    guard 0.05...86_400 ~= every else { throw ValidationError("--every must be 0.05 to 86400") }
  }

  func run() throws {
    let folder = try RunFolder.existing(path)
    let watch = try RunWatch(folder, width: Terminal.width)
    signal(SIGINT) { _ in
      // Control-C ends the watching, not the run.
      _ = write(STDOUT_FILENO, "\n", 1)
      _exit(0)
    }
    while watch.look() { Thread.sleep(forTimeInterval: every) }
    Terminal.write(
      watch.isComplete
        ? "finished after step \(Format.count(watch.step)): \(folder.weights)\n"
        : "ended after step \(Format.count(watch.step)); resume with dp-train train --out \(path) --resume\n")
  }
}
