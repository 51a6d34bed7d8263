import DPTrain
import Foundation
import Planning

extension PlanReport {
  /// A table, a plot of the best number of ranks for each number of machines, and advice; `width` columns wide.
  func text(width: Int) -> String {
    [heading, table, plot(width: width), sayings].joined(separator: "\n")
  }

  private var heading: String {
    let link = link.model
    let isAlike = link.pieceBandwidth == link.bandwidth
    let pieces = isAlike ? "" : String(format: " (%.3g without answers)", link.pieceBandwidth * 8e-9)
    let numbers = String(
      format: "%.3g Gbit/s%@, %.3g µs, %.2g ns of a core for a byte", link.bandwidth * 8e-9, pieces,
      link.latency * 1e6, link.coreSecondsPerByte * 1e9)
    return """
      \(recipe.name): batches of \(Format.count(recipe.batch)) in \(recipe.shards) shards, \(recipe.precision), \
      \(Format.bytes(gradientBytes)) of gradients
      network: \(numbers) (\(self.link.origin))

      """
  }

  private var table: String {
    let headings = [
      "nodes × ranks", "ms a step", "samples/s", "speed-up", "efficiency", "waiting", "communication", "hidden, ms",
    ]
    let rows = forecasts.map { forecast in
      [
        name(forecast), String(format: "%.4g", forecast.step * 1e3), Format.count(Int(forecast.samplesPerSecond)),
        String(format: "%.2f", forecast.speedup), Format.percent(forecast.efficiency),
        Format.percent(forecast.waiting / forecast.step), Format.percent(forecast.communication / forecast.step),
        forecast.machines == 1 ? "" : String(format: "%.3f", forecast.hidden * 1e3),
      ]
    }
    return Format.table([headings] + rows, right: Set(1...7))
  }

  /// A bar for each number of machines, divided into computing, waiting and communication.
  private func plot(width: Int) -> String {
    let longest = advice.best.map(\.step).max() ?? 1
    let rows = advice.best.map { forecast in
      let number = String(format: "%.4g ms", forecast.step * 1e3)
      let perSecond = Double(max(10, width - 32)) / longest
      // The end of each piece of the bar is rounded by itself, so that the bar's length matches the whole time.
      let ends = [
        forecast.step - forecast.waiting - forecast.communication, forecast.step - forecast.communication,
        forecast.step,
      ]
      .map { max(0, Int(($0 * perSecond).rounded())) }
      let bar =
        String(repeating: "█", count: ends[0]) + String(repeating: "▒", count: max(0, ends[1] - ends[0]))
        + String(repeating: "░", count: max(0, ends[2] - max(ends[1], ends[0])))
      return [name(forecast), "\(bar) \(number)"]
    }
    return "a step with the best number of ranks (█ computing ▒ waiting ░ communication)\n" + Format.table(rows)
  }

  private var sayings: String {
    var lines: [String] = []
    if let fastest = advice.fastest {
      lines.append(
        String(
          format: "fastest: %@, %.4g ms a step, %.2f times as fast as one rank", name(fastest), fastest.step * 1e3,
          fastest.speedup))
    }
    let divided = forecasts.filter { $0.dividesUpdate }.map { name($0) }
    if !divided.isEmpty {
      lines.append(
        "divided among all machines: the update of \(divided.joined(separator: ", ")); parameters travel during the "
          + "forward pass in place of sums (optimizerSharding=\(recipe.optimizerSharding.rawValue))")
    }
    for waste in advice.wasteful {
      lines.append(
        String(
          format: "fewer ranks are faster: %@ takes %.4g ms a step, %@ %.4g ms", name(waste.slow),
          waste.slow.step * 1e3,
          name(waste.fast), waste.fast.step * 1e3))
    }
    if let most = layouts.refused.map({ $0.machines * $0.ranks }).max() {
      let names = layouts.refused.map { "\($0.machines) × \($0.ranks)" }.joined(separator: ", ")
      lines.append(
        "left out: \(names), more ranks than shards (\(recipe.shards)); "
          + "shards=\(most) lets them work, and changes the results")
    }
    if let fastest = advice.fastest, fastest.machines > 1 { lines.append(unequalMachines(fastest)) }
    return lines.map { $0 + "\n" }.joined()
  }

  /// What to do if machines differ in speed.
  private func unequalMachines(_ fastest: Forecast) -> String {
    let ranks = fastest.machines * fastest.ranksPerMachine
    let start = "machines of different speed: balance=auto gives slow ranks fewer shards"
    guard let shards = recipe.shardsToBalance(ranks: ranks), recipe.shards < shards else { return start }
    return "\(start), if there are some for each rank, such as shards=\(shards), which changes the results"
  }

  private func name(_ forecast: Forecast) -> String { "\(forecast.machines) × \(forecast.ranksPerMachine)" }
}
