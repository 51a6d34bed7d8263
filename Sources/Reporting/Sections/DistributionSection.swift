import Foundation
import Recording

/// The weights, gradients and updates of each parameter during training: bands of quantiles, and heat maps over steps.
struct DistributionSection {
  let runs: [ReportedRun]

  /// The number of places along the horizontal axis, fewer for many tensors to limit the page's size.
  static func places(tensors: Int, detail: Double) -> Int {
    max(10, Int(detail * Double(min(120, max(30, 2400 / max(tensors, 1))))))
  }

  private static let bins = 36
  /// The number of parameters shown unfolded.
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
      "The distributions of the values of each parameter, its gradient and its update (what a step added to it): bands with "
        + "50, 90 and 98 % of the values around the median, and with all of them. If several recorded steps share a place, "
        + "bands reach as far as in any of them. Below the bands of weights is the share of values at each height. Steps are "
        + "recorded at regular intervals, and unusual ones too."
    ]
    let names = all.map(\.history.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    section.folded = try names.enumerated().map { index, name in
      let tensors = all.filter { $0.history.name == name }
      let count = tensors.first?.history.count ?? 0
      let figures = try ["weight", "gradient", "update"].flatMap { kind in
        let chosen = tensors.filter { $0.history.kind == kind }
        let axis = DistributionSection.axis(chosen.map(\.history), kind: kind)
        return try chosen.map { try figure($0, axis: axis) }
      }
      let words = "\(name): \(Format.count(count)) \(count == 1 ? "value" : "values")"
      return Folded(
        summary: words, figures: figures, isPaired: runs.count.isMultiple(of: 2),
        isOpen: index < DistributionSection.open)
    }
    return section
  }

  /// An axis with room for all values, the same for all runs. It is linear, or symmetric logarithmic if some places
  /// reach much farther than most, so that usual values stay visible.
  static func axis(_ histories: [Distributions.History], kind: String) -> Axis {
    let quantiles = histories.flatMap { $0.spreads.map(\.quantiles) }
    let ends = quantiles.flatMap { [$0[0], $0[8]] }.filter(\.isFinite)
    let reaches = quantiles.map { max($0[0].magnitude, $0[8].magnitude) }.filter { $0.isFinite && $0 > 0 }.sorted()
    let usual = quantiles.map { max($0[1].magnitude, $0[7].magnitude) }.filter { $0.isFinite && $0 > 0 }.sorted()
    var axis = Axis(kind)
    if let most = reaches.last, let low = usual.dropFirst(usual.count / 10).first,
      most > farther * reaches[reaches.count / 2]
    {
      axis = Axis(
        "\(kind) (symmetric logarithmic)", linearSize: max(pow(10, log10(low).rounded(.down)), most * 1e-7))
    }
    axis.bounds = axis.domain(of: ends, isRounded: true)
    return axis
  }

  /// How many times farther than usual values must reach for a logarithmic axis.
  private static let farther = 10.0

  private func figure(_ tensor: Tensor, axis: Axis) throws -> Figure {
    let history = tensor.history
    let title = "\(history.kind == "weight" ? "Weights" : history.kind.capitalized) of \(history.name)"
    let owned = runs.count > 1 ? "\(title): \(tensor.run.name)" : title
    let chart = bands(tensor, axis: axis)
    guard history.kind == "weight", axis.linearSize == nil, let range = axis.bounds else { return Figure(owned, chart) }
    let heat = density(history, range: range)
    return Figure(
      owned, legend: chart.legend + [heat.legend],
      drawings: [chart.drawing(title: owned), try heat.drawing(title: owned)])
  }

  private func bands(_ tensor: Tensor, axis: Axis) -> Chart {
    let (history, colour) = (tensor.history, tensor.run.colour)
    func spans(_ low: Int, _ high: Int) -> [Mark.Span] {
      zip(history.steps, history.spreads).map { step, spread in
        Mark.Span(x: step, low: spread.quantiles[low], high: spread.quantiles[high])
      }
    }
    let median = zip(history.steps, history.spreads).map { Mark.Point(x: $0, y: $1.quantiles[4]) }
    return Chart(
      x: Axis("step"), y: axis,
      marks: [
        .band(name: "all", colour: colour, level: 0, spans: spans(0, 8)),
        .band(name: "98 %", colour: colour, level: 1, spans: spans(1, 7)),
        .band(name: "90 %", colour: colour, level: 2, spans: spans(2, 6)),
        .band(name: "50 %", colour: colour, level: 3, spans: spans(3, 5)),
        .line(name: "median", colour: colour, points: median),
        tensor.run.spikeRules,
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
        label: history.kind, name: history.kind, ends: range, isContinuous: true),
      columns: columns, values: values, name: "share of the values (%)", isSigned: false, power: 0.6, height: 120)
  }

  /// A histogram's counts as shares of all values, in bins over another range; values outside count in the outer bins.
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
