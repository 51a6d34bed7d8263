import Foundation
import Recording

/// Which shares of the shards the ranks of a run had, if these followed their speed, and how long a step took with them.
struct ShareTable {
  let run: ReportedRun

  /// The most divisions that are shown.
  private static let limit = 20

  /// Steps between two changes of the shares.
  private struct Period {
    let shares: Metrics.Shares
    /// The indices of its recorded steps.
    let steps: Range<Int>
  }

  /// The table; nil if shares were even throughout the run.
  var table: Table? {
    let periods = periods
    guard periods.contains(where: { $0.shares.saving > 0 }) else { return nil }
    let shown = periods.suffix(ShareTable.limit)
    return Table(
      headings: ["after step", "shards of the ranks", "a step takes", "of it waiting"],
      rows: shown.map { period in
        let step = median(of: TimeSection.parts.map(\.quantity), in: period)
        let waiting = median(of: [.waitingSeconds], in: period)
        return [
          Format.count(period.shares.step), text(period.shares.counts), String(format: "%.3g ms", step * 1e3),
          Format.percent(waiting / step),
        ]
      }, right: [0, 2, 3])
  }

  /// The shares, with those of each machine if there are several.
  private func text(_ counts: [Int]) -> String {
    let hosts = run.environment?.hosts ?? []
    guard hosts.count == counts.count, hosts.count <= 8, Set(hosts).count > 1 else { return Format.shares(counts) }
    return zip(counts, hosts).map { "\($0) on \($1)" }.joined(separator: ", ")
  }

  private var periods: [Period] {
    let (steps, all) = (run.metrics.steps, run.metrics.shares)
    return all.indices.compactMap { index in
      let first = steps.firstIndex { $0 > all[index].step } ?? steps.count
      let next = index + 1 < all.count ? all[index + 1].step : .infinity
      let end = steps.firstIndex { $0 > next } ?? steps.count
      return first < end ? Period(shares: all[index], steps: first..<end) : nil
    }
  }

  /// The median over the period of the sum of some times.
  private func median(of quantities: [Metrics.Quantity], in period: Period) -> Double {
    let columns = quantities.map { run.metrics[$0] }
    let sums = period.steps.map { step in columns.reduce(0) { $0 + $1[step] } }.filter(\.isFinite).sorted()
    return sums.isEmpty ? .nan : sums[sums.count / 2]
  }
}
