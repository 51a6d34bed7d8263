import DPTrain
import Formats
import Foundation
import Reporting

/// The result of a learning-rate range test: a table, a plot, and files.
struct RateReport {
  /// The names of the files.
  static let files = ["rates.csv", "rates.svg", "rates.html"]

  private let recipe: Recipe
  private let experiment: Experiment
  private let curve: RateCurve

  init(_ recipe: Recipe, experiment: Experiment, curve: RateCurve) {
    self.recipe = recipe
    self.experiment = experiment
    self.curve = curve
  }

  /// The value of `optimizer.learningRate` for a rate: with `scaleWithBatch` the schedule scales it.
  private func key(for rate: Double) -> Double {
    guard let reference = recipe.schedule.start.scaleWithBatch else { return rate }
    return rate * Double(reference) / Double(recipe.batch * recipe.accumulate)
  }

  /// The suggestion as it is pasted; two digits are more than the test can tell.
  private var suggestion: Double? { curve.suggestion.map { RateReport.rounded(key(for: $0)) } }

  private static func rounded(_ value: Double) -> Double { Double(String(format: "%.1e", value)) ?? value }

  private static func text(_ rate: Double) -> String { String(format: "%.2g", rate) }

  private var title: String {
    "\(recipe.name), \(recipe.optimizer.kind): \(Format.count(curve.rates.count, "step")) of "
      + "\(Format.count(experiment.settings.samplesPerStep, "sample")), \(recipe.precision.rawValue)"
  }

  /// What the curve says, as rows.
  private var rows: [[String]] {
    var rows: [[String]] = []
    if let suggestion = curve.suggestion, let steepest = curve.steepest {
      rows.append(["suggested", RateReport.text(suggestion), "the middle of the valley's slope"])
      rows.append(["steepest descent", RateReport.text(steepest), ""])
    }
    if let lowest = curve.lowest {
      rows.append(["lowest loss", RateReport.text(lowest.rate), "smoothed loss \(Format.loss(lowest.loss))"])
    }
    if let divergence = curve.divergence {
      rows.append([
        "diverges", RateReport.text(divergence),
        "the loss is above \(Int(RateCurve.limit)) times its lowest, or not finite: the test ends",
      ])
    }
    return rows
  }

  private var advice: String {
    if let suggestion { return "optimizer.learningRate=\(RateReport.text(suggestion))" }
    return curve.divergence == nil
      ? "the loss does not fall clearly at any of these rates: try a larger batch, or a greater --to"
      : "the loss does not fall clearly before it diverges: try a larger batch"
  }

  /// The plot, the table and the line to paste.
  func text(width: Int) -> String {
    let plot = TextPlot(
      zip(curve.rates, curve.smoothed).map { ($0, $1) }, yRange: RateFigure.range(of: curve),
      mark: curve.suggestion.map { ($0, RateReport.text($0)) })
    return title + "\n\n" + plot.text(width: width, height: 10) + "\n"
      + Format.table([["", "rate", ""]] + rows, right: [1])
      + "\n" + advice + "\n"
  }

  private struct Line: Encodable {
    let recipe, precision: String
    let learningRate, suggestion, steepest, lowestLoss, lowestLossRate, divergence: Double?
    let rates, losses, smoothed: [Double]
  }

  /// One line of JSON; `learningRate` is the value for the recipe's key.
  func json() throws -> String {
    let line = Line(
      recipe: recipe.name, precision: recipe.precision.rawValue, learningRate: suggestion,
      suggestion: curve.suggestion, steepest: curve.steepest, lowestLoss: curve.lowest?.loss,
      lowestLossRate: curve.lowest?.rate, divergence: curve.divergence, rates: curve.rates, losses: curve.losses,
      smoothed: curve.smoothed)
    return String(
      decoding: try JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes]).encode(line), as: UTF8.self)
  }

  /// Writes the steps as CSV, the plot as SVG, and plot and table as a page. Returns the files' paths.
  func write(to folder: String) throws -> [String] {
    let figure = RateFigure(title: title, curve: curve)
    let csv = zip(curve.rates, zip(curve.losses, curve.smoothed)).enumerated().map { step, values in
      "\(step + 1),\(values.0),\(values.1.0),\(values.1.1)\n"
    }
    let texts = [
      "step,rate,loss,smoothedLoss\n" + csv.joined(), figure.svg,
      try figure.html(table: rows, conclusion: advice),
    ]
    return try zip(RateReport.files, texts).map { name, text in
      try AtomicFile.write(Array(text.utf8), to: "\(folder)/\(name)")
      return "\(folder)/\(name)"
    }
  }
}
