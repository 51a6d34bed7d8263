import ArgumentParser
import DPTrain
import Reporting

/// `dp-train compare`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Show runs side by side: keys that differ, results, times and small curves.",
    discussion: """
      Runs may be under way, stopped, or of an earlier version. dp-train report RUN RUN... makes a page of them.
        dp-train compare runs/first runs/second
        dp-train compare runs/mnist-* | less
      """)

  @Argument(help: "The folders of two runs or more.", completion: Completion.runs)
  var runs: [String]

  func validate() throws {
    guard runs.count > 1 else { throw ValidationError("name two runs or more, such as runs/first runs/second") }
  }

  func run() throws {
    Terminal.write(try RunComparison(runs.map(RunFolder.existing)).text(width: Terminal.width))
  }
}
