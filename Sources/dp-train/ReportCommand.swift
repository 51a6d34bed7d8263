import ArgumentParser
import DPTrain
import Recording
import Reporting

/// `dp-train report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Show one run, or several side by side, on one self-contained HTML page.",
    discussion: """
      The page needs no network and can be mailed. The run may still be training.
        dp-train report runs/echo-20260101-120000
        dp-train report runs/before runs/after --out comparison.html
      The folder of a cross-validation stands for all its folds.
      """)

  @Argument(help: "The folders of the runs.", completion: Completion.runs)
  var runs: [String]

  @Option(
    help: ArgumentHelp("Where to write the page (default: report.html in the first run's folder).", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var out: String?

  @Option(
    help: ArgumentHelp("Also write each figure as an SVG file to this folder, for documents.", valueName: "folder"),
    completion: .directory)
  var figures: String?

  @Option(help: "The share of points along the axes that are drawn, from 0.1 to 1; less makes a smaller page.")
  var detail = 1.0

  func validate() throws {
    guard (0.1...1).contains(detail) else { throw ValidationError("--detail must be from 0.1 to 1") }
  }

  func run() throws {
    let folders = runs.flatMap { path in
      let folds = FoldsFolder(path: path)
      return folds.exists ? folds.runs : [RunFolder(path: path)]
    }
    let path = out ?? runs.first.map { RunFolder(path: $0).report } ?? "report.html"
    for place in [path] + (figures.map { [$0 + "/figure.svg"] } ?? []) {
      try RunFolder.checkIsFree(place, advice: "choose another file with --out, or another folder with --figures")
    }
    let report = try Report(folders, detail: detail)
    try makeFolders(holding: path)
    try report.write(to: path)
    Terminal.write("\(path)\n")
    guard let figures else { return }
    for name in try report.writeFigures(to: figures) { Terminal.write("\(figures)/\(name)\n") }
  }
}
