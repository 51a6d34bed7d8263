import ArgumentParser
import DPTrain
import Reporting

/// `dp-train data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Show a recipe's or a run's data: classes, lengths, ranges, copies, what to normalize by.",
    discussion: """
      Reads each sample once, without random transforms and before any normalization, and trains nothing. Of parts of more
      than \(DataStatistics.usualSamples) samples it reads that many, evenly spaced, unless --samples says otherwise.
        dp-train data mnist
        dp-train data my.yaml --out data.html
        dp-train data cats-dogs data.folder=photos --samples 2000
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(
    help: ArgumentHelp("Also write a page with plots and pictures of samples to this file.", valueName: "file.html"),
    completion: .file(extensions: ["html"]))
  var out: String?

  @Option(help: ArgumentHelp("The most samples of each part to read, evenly spaced.", valueName: "N"))
  var samples: Int?

  @Flag(help: "Print one line of JSON.")
  var json = false

  func validate() throws {
    guard samples.map({ $0 > 0 }) ?? true else { throw ValidationError("--samples must be at least 1") }
  }

  func run() throws {
    if let out { try RunFolder.checkIsFree(out, advice: "choose another file with --out") }
    let summary = try DataSummary(recipe.loadRecipeOrRun(), samples: samples)
    if let out {
      let page = try DataPage(summary).html()
      try makeFolders(holding: out)
      try AtomicFile.write(Array(page.utf8), to: out)
    }
    let text = DataText(summary)
    if json { return Terminal.write(try text.json()) }
    (summary.notices + summary.warnings).forEach(Terminal.warn)
    Terminal.write(text.text)
    if let out { Terminal.write("\n\(out)\n") }
  }
}
