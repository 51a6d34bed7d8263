import Foundation
import Recording

/// How the time of the steps was spent.
struct TimeSection {
  let runs: [ReportedRun]

  /// The parts of a step's time.
  static let parts: [(quantity: Metrics.Quantity, name: String)] = [
    (.computeSeconds, "compute"), (.dataSeconds, "data"), (.communicationSeconds, "communication"),
    (.waitingSeconds, "waiting for the slowest rank"),
  ]

  var section: Section {
    var section = Section(title: "Time")
    guard runs.contains(where: { !$0.metrics.steps.isEmpty }) else { return section }
    let shares = runs.compactMap { run in ShareTable(run: run).table.map { (run.name, $0) } }
    section.tables = [table] + shares.map(\.1)
    section.notes = shares.map { name, _ in
      "The ranks\(runs.count > 1 ? " of \(name)" : "") shared the shards of a batch by their speed (balance: auto). A table below "
        + "has their shares, and the medians of a step's time with them."
    }
    section.figures = runs.map { run in
      Figure(
        runs.count > 1 ? "Time of a step: \(run.name)" : "Time of a step", note: "Smoothed, as means over the ranks.",
        Chart(x: Axis("step"), y: Axis("time (ms a step)", includesZero: true), marks: lines(run)))
    }
    let speeds = runs.map { run in
      Mark.line(
        name: runs.count > 1 ? run.name : "samples per second", colour: run.colour,
        points: speed(run))
    }
    section.figures.append(
      Figure("Speed", Chart(x: Axis("step"), y: Axis("samples per second", includesZero: true), marks: speeds)))
    return section
  }

  /// Smoothed samples per second. Times are averaged, not speeds, of which a few great ones would count for too much.
  private func speed(_ run: ReportedRun) -> [Mark.Point] {
    PixelColumns(x: run.metrics.steps, y: run.metrics[.samplesPerSecond].map { 1 / $0 }, count: run.columns)
      .smoothed.map { Mark.Point(x: $0.x, y: 1 / $0.y) }
  }

  private func lines(_ run: ReportedRun) -> [Mark] {
    TimeSection.parts.enumerated().compactMap { index, part in
      let milliseconds = run.metrics[part.quantity].map { $0 * 1000 }
      guard milliseconds.contains(where: { $0 > 0 }) else { return nil }
      return .line(
        name: part.name, colour: index,
        points: PixelColumns(x: run.metrics.steps, y: milliseconds, count: run.columns).smoothed)
    }
  }

  /// Sums over all recorded steps.
  private var table: Table {
    let sums = runs.map { run in TimeSection.parts.map { run.metrics[$0.quantity].filter(\.isFinite).reduce(0, +) } }
    let rows = TimeSection.parts.enumerated().map { index, part in
      [part.name]
        + sums.map { sums in
          String(
            format: "%.1f %%, %.3g s", sums[index] / max(sums.reduce(0, +), .leastNormalMagnitude) * 100, sums[index])
        }
    }
    return Table(
      headings: [""] + runs.map(\.name),
      rows: [["recorded steps"] + runs.map { Format.count($0.metrics.steps.count) }] + rows, right: Set(1...runs.count))
  }
}
