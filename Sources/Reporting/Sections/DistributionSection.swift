import Foundation
import Recording

/// The weights and gradients of each parameter throughout training: bands of quantiles, and heat maps over steps.
struct DistributionSection {
  let runs: [ReportedRun]

  /// Places along the horizontal axis that a page can afford for so many tensors.
  static func places(tensors: Int, detail: Double) -> Int {
    max(10, Int(detail * Double(min(120, max(30, 2400 / max(tensors, 1))))))
  }

  private static let bins = 36
  /// Parameters that are shown at once; the others are folded.
  private static let open = 2

  private struct Tensor {
    let run: ReportedRun
    let history: Distributions.History
  }

  func section() throws -> Section {
    var section = Section(title: "Weights and gradients")
    let all = runs.flatMap { run in run.distributions.histories.map { Tensor(run: run, history: $0) } }
    guard !all.isEmpty else {
      section.notes = [
        "Not recorded: there is no distributions.jsonl. The recipe's key record.histograms says how often it is written."
      ]
      return section
    }
    section.notes = [
      "How the values of each parameter and of its gradient are spread: above, bands that hold 50, 90 and 98 % of the "
        + "values around the median; below, the share of values at each height. Axes leave out what a few steps reach "
        + "alone; it is drawn at the edge."
    ]
    let names = all.map(\.history.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    section.folded = try names.enumerated().map { index, name in
      let tensors = all.filter { $0.history.name == name }
      let count = tensors.first?.history.count ?? 0
      let figures = try ["weight", "gradient"].flatMap { kind in
        let chosen = tensors.filter { $0.history.kind == kind }
        let range = DistributionSection.range(chosen.map(\.history))
        return try chosen.map { try figure($0, range: range) }
      }
      let words = "\(name): \(Format.count(count)) \(count == 1 ? "value" : "values")"
      return Folded(
        summary: words, figures: figures, isPaired: runs.count.isMultiple(of: 2),
        isOpen: index < DistributionSection.open)
    }
    return section
  }

  /// The range that most steps stay in, the same for all runs.
  private static func range(_ histories: [Distributions.History]) -> ClosedRange<Double> {
    func usual(_ values: [Double], _ share: Double) -> Double {
      let sorted = values.filter(\.isFinite).sorted()
      return sorted.isEmpty ? 0 : sorted[Int(share * Double(sorted.count - 1))]
    }
    let lows = histories.flatMap { $0.spreads.map { $0.quantiles[1] } }
    let highs = histories.flatMap { $0.spreads.map { $0.quantiles[7] } }
    let (low, high) = (usual(lows, 0.05), usual(highs, 0.95))
    guard high > low else { return low - max(low.magnitude * 0.1, 1e-6)...low + max(low.magnitude * 0.1, 1e-6) }
    return Axis("").domain(of: [low, high], isRounded: true)
  }

  private func figure(_ tensor: Tensor, range: ClosedRange<Double>) throws -> Figure {
    let history = tensor.history
    let title = (history.kind == "weight" ? "Weights of " : "Gradient of ") + history.name
    let owned = runs.count > 1 ? "\(title): \(tensor.run.name)" : title
    let chart = bands(history, colour: tensor.run.colour, range: range)
    let heat = density(history, range: range)
    return Figure(
      owned, legend: chart.legend + [heat.legend],
      drawings: [chart.drawing(title: owned), try heat.drawing(title: owned)])
  }

  private func bands(_ history: Distributions.History, colour: Int, range: ClosedRange<Double>) -> Chart {
    func spans(_ low: Int, _ high: Int) -> [Mark.Span] {
      zip(history.steps, history.spreads).map { step, spread in
        Mark.Span(x: step, low: spread.quantiles[low], high: spread.quantiles[high])
      }
    }
    let median = zip(history.steps, history.spreads).map { Mark.Point(x: $0, y: $1.quantiles[4]) }
    return Chart(
      x: Axis("step"), y: Axis(history.kind == "weight" ? "weight" : "gradient", bounds: range),
      marks: [
        .band(name: "98 %", colour: colour, level: 1, spans: spans(1, 7)),
        .band(name: "90 %", colour: colour, level: 2, spans: spans(2, 6)),
        .band(name: "50 %", colour: colour, level: 3, spans: spans(3, 5)),
        .line(name: "median", colour: colour, points: median),
      ])
  }

  private func density(_ history: Distributions.History, range: ClosedRange<Double>) -> HeatMap {
    let (bins, columns) = (DistributionSection.bins, history.spreads.count)
    var values = [Float](repeating: 0, count: bins * columns)
    for (column, spread) in history.spreads.enumerated() {
      let shares = DistributionSection.shares(spread.histogram, range: range, bins: bins)
      for bin in 0..<bins { values[(bins - 1 - bin) * columns + column] = Float(shares[bin] * 100) }
    }
    return HeatMap(
      x: .init(
        label: "step", name: "step", ends: (history.steps.first ?? 0)...(history.steps.last ?? 1), isContinuous: true),
      y: .init(
        label: history.kind == "weight" ? "weight" : "gradient", name: history.kind, ends: range, isContinuous: true),
      columns: columns, values: values, name: "share of the values (%)", isSigned: false, power: 0.6, height: 120)
  }

  /// A histogram's counts as shares of all, laid out over bins of another range; what lies outside counts at the edges.
  static func shares(_ histogram: Distributions.Spread.Histogram, range: ClosedRange<Double>, bins: Int) -> [Double] {
    var shares = [Double](repeating: 0, count: bins)
    let all = max(histogram.counts.reduce(0, +), 1)
    let width = (histogram.maximum - histogram.minimum) / Double(max(histogram.counts.count, 1))
    let scale = Double(bins) / (range.upperBound - range.lowerBound)
    for (index, count) in histogram.counts.enumerated() where count > 0 {
      let low = (histogram.minimum + Double(index) * width - range.lowerBound) * scale
      let high = low + width * scale
      let (first, last) = (bin(low, bins), bin(high.nextDown, bins))
      for place in first...max(first, last) {
        let from = place == 0 ? -Double.infinity : Double(place)
        let to = place == bins - 1 ? Double.infinity : Double(place + 1)
        let overlap = high > low ? (min(high, to) - max(low, from)) / (high - low) : 1
        shares[place] += count / all * max(0, overlap)
      }
    }
    return shares
  }

  private static func bin(_ place: Double, _ bins: Int) -> Int {
    place.isFinite ? Int(min(max(place, 0), Double(bins - 1))) : place > 0 ? bins - 1 : 0
  }
}
