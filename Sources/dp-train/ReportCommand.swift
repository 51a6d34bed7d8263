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
      The folder of a cross-validation stands for all its folds; its own page, folds.html, is written again, too. For the
      folder of a sweep, its page sweep.html is written again, also while the sweep is under way:
        dp-train report sweeps/echo-1a2b3c4d
      """)

  @Argument(help: "The folders of the runs.", completion: Completion.runs)
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "Where to write the page (default: report.html in the first run's folder; of a sweep sweep.html).",
      valueName: "file"),
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
    if let sweep = runs.map(SweepFolder.init(path:)).first(where: \.exists) { return try write(sweep) }
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
    if out == nil, runs.count == 1 { try writeFolds(FoldsFolder(path: runs[0])) }
    guard let figures else { return }
    for name in try report.writeFigures(to: figures) { Terminal.write("\(figures)/\(name)\n") }
  }

  /// Writes the page of a cross-validation, if all folds are trained.
  private func writeFolds(_ folder: FoldsFolder) throws {
    guard folder.exists, let page = try FoldsPage(of: folder) else { return }
    try RunFolder(path: folder.path).write(page.html(), to: folder.page)
    Terminal.write("\(folder.page)\n")
  }

  /// Writes the page of a sweep.
  private func write(_ folder: SweepFolder) throws {
    let some = "such as \(folder.run(1).path)"
    guard runs.count == 1 else {
      throw Failure(
        .usage, "\(folder.path) holds a sweep, whose page shows all its variants",
        advice: "give it alone, or name runs of it, \(some)")
    }
    guard figures == nil, detail == 1 else {
      throw Failure(
        .usage, "\(folder.path) holds a sweep: --figures and --detail are for runs", advice: "name runs of it, \(some)")
    }
    let path = out ?? folder.page
    try RunFolder.checkIsFree(path, advice: "choose another file with --out")
    let page = SweepPage(try SweepState(of: folder), folder: folder)
    try makeFolders(holding: path)
    try page.write(to: path)
    Terminal.write("\(path)\n")
  }
}
