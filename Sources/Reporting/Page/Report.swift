import Diagnostics
import Formats
import Foundation
import Recording

/// A self-contained HTML page about one run, or about several side by side.
public struct Report {
  private let runs: [ReportedRun]
  private let sections: [Section]

  /// Reads the runs' folders; a run may still be under way. With `detail` below 1 fewer places along the axes are
  /// drawn, which makes the page smaller.
  /// - Throws: `Failure` (noInput, data) naming the file that is missing or damaged.
  public init(_ folders: [RunFolder], detail: Double = 1) throws {
    let names = ReportedRun.names(folders)
    runs = try folders.enumerated().map { index, folder in
      try ReportedRun(folder, name: names[index], colour: index, of: folders.count, detail: detail)
    }
    sections = try Report.sections(runs)
  }

  private static func sections(_ runs: [ReportedRun]) throws -> [Section] {
    [
      SettingsSection(runs: runs).section,
      CurveSection(runs: runs).section,
      SpikeSection(runs: runs).section,
      try DistributionSection(runs: runs).section(),
      try ConfusionSection(runs: runs).section(),
      try ExampleSection(runs: runs).section(),
      try FilterSection(runs: runs).section(),
      try FeatureMapSection(runs: runs).section(),
      try StateSection(runs: runs).section(),
      try GradientFlowSection(runs: runs).section(),
      TimeSection(runs: runs).section,
    ].filter { !$0.isEmpty }
  }

  private var subtitle: String {
    if runs.count > 1 { return runs.map(\.name).joined(separator: " · ") }
    return runs.map { run in
      let steps = run.metrics.steps.last.map { Format.count(Int($0), "step") } ?? "no steps yet"
      return [run.recipe.name, steps, run.environment?.started].compactMap(\.self).joined(separator: " · ")
    }.joined()
  }

  /// The page's HTML.
  /// - Throws: `Failure` (software) if a template is damaged.
  public func html() throws -> String {
    let title = runs.count == 1 ? runs.map(\.name).joined() : "\(runs.count) runs side by side"
    return try Page(title: title, subtitle: subtitle, sections: sections).html()
  }

  /// Writes the page: first to a temporary file, which is then renamed.
  /// - Throws: `Failure` naming the file that cannot be written.
  public func write(to path: String) throws {
    try AtomicFile.write(Array(try html().utf8), to: path)
  }

  /// Writes each figure as an SVG file to a folder, which is created if needed. Returns the files' names.
  /// - Throws: `Failure` naming the file that cannot be written.
  public func writeFigures(to folder: String) throws -> [String] {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "\(folder) cannot be made: \((error as NSError).localizedDescription)")
    }
    var taken: Set<String> = []
    let figures = sections.flatMap { $0.figures + $0.folded.flatMap(\.figures) }
    return try figures.flatMap(StandaloneFigure.files).map { file in
      let name = file.fileName(besides: taken)
      taken.insert(name)
      try AtomicFile.write(Array(file.svg.utf8), to: "\(folder)/\(name)")
      return name
    }
  }
}
