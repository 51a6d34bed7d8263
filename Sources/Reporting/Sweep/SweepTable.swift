import Diagnostics
import Foundation
import Recipes
import Recording
import Training

/// The table of a sweep's variants: on a terminal, and as a CSV file.
package struct SweepTable {
  /// A variant that is trained now.
  package struct Running {
    /// The share of its steps that is done.
    package let share: Double
    /// Seconds to its end; nil if unknown.
    package let left: Double?
    /// The epoch and the loss of the last step.
    package let epoch: Int
    package let loss: Double

    /// How far a variant is.
    package init(share: Double, left: Double?, epoch: Int, loss: Double) {
      self.share = share
      self.left = left
      self.epoch = epoch
      self.loss = loss
    }
  }

  private let state: SweepState
  private let entries: [SweepState.Entry]
  private let running: [Int: Running]

  /// The table of a state, with the variants that are trained now, by number.
  package init(_ state: SweepState, running: [Int: Running] = [:]) {
    self.state = state
    self.running = running
    entries = state.entries
  }

  /// The names of the keys, each as short as it can be.
  package static func shortNames(_ keys: [String]) -> [String] {
    let parts = keys.map { $0.split(separator: ".").map(String.init) }
    return parts.indices.map { index in
      let own = parts[index]
      let lengths = own.indices.map { $0 + 1 }
      let length = lengths.first { length in
        let end = Array(own.suffix(length))
        // A number alone says nothing.
        return Int(end[0]) == nil && parts.indices.allSatisfy { $0 == index || Array(parts[$0].suffix(length)) != end }
      }
      return own.suffix(length ?? own.count).joined(separator: ".")
    }
  }

  /// The headings, and a row for each variant, the best first.
  package var rows: [[String]] {
    let metric = state.metric?.name
    let heads = metric == "loss" || metric == nil ? ["loss"] : [metric ?? "", "loss"]
    return [["variant"] + SweepTable.shortNames(state.plan.keys) + heads + ["epoch", "time", ""]]
      + entries.map { [String($0.variant.number)] + $0.variant.values + values($0, count: heads.count) + [words($0)] }
  }

  /// The columns of `rows` that are right-aligned.
  package var right: Set<Int> {
    let keys = state.plan.keys.count
    let numeric = state.plan.keys.indices.filter { key in
      state.plan.variants.allSatisfy { Double($0.values[key]) != nil }
    }
    let last = (rows.first?.count ?? 0) - 1
    return Set([0] + numeric.map { $0 + 1 } + Array(keys + 1..<last))
  }

  /// Metric, loss, epoch and time of a variant.
  private func values(_ entry: SweepState.Entry, count: Int) -> [String] {
    let now = entry.outcome == .open ? running[entry.variant.number] : nil
    let result = entry.result.flatMap { $0.failure == nil ? $0 : nil }
    var cells: [String] = []
    if count == 2 { cells.append(result?.value.map { Format.metric(named: state.metric?.name ?? "", $0) } ?? "") }
    cells.append((result.map(\.loss) ?? now?.loss).map(Format.loss) ?? "")
    cells.append((now?.epoch ?? result?.epochs).map(String.init) ?? "")
    cells.append(result.map { Format.seconds($0.seconds) } ?? "")
    return cells
  }

  private func words(_ entry: SweepState.Entry) -> String {
    switch entry.outcome {
    case .finished: return ""
    case .halved: return "ended early"
    case .failed: return "failed"
    case .open:
      guard let now = running[entry.variant.number] else { return "waits" }
      return String(format: "%.0f %%", now.share * 100) + (now.left.map { ", \(Format.duration($0)) left" } ?? "")
    }
  }

  /// The table as CSV, the best first: the same bytes for the same results, but for the seconds.
  package var csv: String {
    let heads =
      ["variant"] + state.plan.keys + [
        "state", "rung", "epochs", "steps", "metric", "value", "split", "loss", "accuracy", "testLoss", "testAccuracy",
        "seconds", "failure",
      ]
    let rows = entries.map { entry -> [String] in
      let result = entry.result
      let first = result?.measurements.first
      let test = result?.measurements.dropFirst().first { $0.split == .test }
      let numbers: [String?] = [
        result.map { "\($0.epochs)" }, result.map { "\($0.steps)" }, result.map(\.metric),
        result?.value.map(\.text),
        first?.split.rawValue, first.map(\.loss.text), first?.accuracy.map(\.text), test.map(\.loss.text),
        test?.accuracy.map(\.text), result.map { String(format: "%.3f", $0.seconds) }, result?.failure,
      ]
      let state =
        switch entry.outcome {
        case .finished: "finished"
        case .halved: "ended early"
        case .open: "open"
        case .failed: "failed"
        }
      return ["\(entry.variant.number)"] + entry.variant.values + [state, "\(entry.rung + 1)"]
        + numbers.map { $0 ?? "" }
    }
    return ([heads] + rows).map { $0.map(SweepTable.cell).joined(separator: ",") + "\n" }.joined()
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
