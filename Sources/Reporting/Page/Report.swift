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
    let work = LongWork("making the report", total: folders.count + Report.sections.count)
    let runs = try folders.enumerated().map { index, folder in
      work.show(done: index)
      return try ReportedRun(folder, name: names[index], colour: index, of: folders.count, detail: detail)
    }
    self.runs = runs
    sections = try Report.sections.enumerated().map { index, section in
      work.show(done: folders.count + index)
      return try section(runs)
    }.filter { !$0.isEmpty }
  }

  /// The sections in the order of the page.
  private static let sections: [@Sendable ([ReportedRun]) throws -> Section] = [
    { SettingsSection(runs: $0).section },
    { CurveSection(runs: $0).section },
    { MetricSection(runs: $0).section },
    { FindingSection(runs: $0).section },
    { SpikeSection(runs: $0).section },
    { try DistributionSection(runs: $0).section() },
    { try ConfusionSection(runs: $0).section() },
    { try ExampleSection(runs: $0).section() },
    { try FilterSection(runs: $0).section() },
    { try FeatureMapSection(runs: $0).section() },
    { try StateSection(runs: $0).section() },
    { try GradientFlowSection(runs: $0).section() },
    { TimeSection(runs: $0).section },
  ]

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
