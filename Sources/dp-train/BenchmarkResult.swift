import DPTrain
import Foundation
import Planning

/// The result of `benchmark`, as text and as JSON.
struct BenchmarkResult: Encodable {
  private let recipe: String
  private let ranks, batch, steps: Int
  private let msPerStep, msMean, msMin, msMax, samplesPerSecond: Double
  /// Mean step times by twentieths of all steps, the shortest first.
  private let stepMsShares: [Double]
  /// A step's time by phase, as a mean over ranks.
  private let dataMs, computeMs, communicationMs, waitingMs: Double
  private let operationsPerStep: Int
  /// GFLOP/s of all ranks together, and the peak of one core.
  private let gflopPerSecond: Double
  private let peakGflopPerSecond, shareOfPeak: Double?
  private let instructionSet, precision: String
  private let layers: [LayerResult]?

  /// One layer's milliseconds per step, and its speed.
  private struct LayerResult: Encodable {
    let name, output: String
    let depth: Int
    let parameterBytes: Int
    let packMs, forwardMs, backwardMs, gflopPerSecond: Double
    let shareOfPeak: Double?

    var ms: Double { packMs + forwardMs + backwardMs }
  }

  /// A result from `seconds`, each window's time per step, ascending; `stepSeconds`, each step's time; and `times`, the
  /// sums of the phases. `peak` is one core's limit in operations a second, in that precision.
  init(
    recipe: String, ranks: Int, batch: Int, steps: Int, seconds: [Double], stepSeconds: [Double], times: StepTimes,
    operations: Int, precision: Precision, peak: Double?, layerTimes: LayerTimes?
  ) {
    let median = seconds[seconds.count / 2]
    (self.recipe, self.ranks, self.batch, self.steps) = (recipe, ranks, batch, steps)
    msPerStep = median * 1e3
    msMean = seconds.reduce(0, +) / Double(seconds.count) * 1e3
    msMin = (seconds.first ?? median) * 1e3
    msMax = (seconds.last ?? median) * 1e3
    samplesPerSecond = Double(batch) / median
    stepMsShares = Distribution(samples: stepSeconds).scaled(by: 1e3).shares
    let ms = 1e3 / Double(steps)
    (dataMs, computeMs) = (times.data * ms, times.compute * ms)
    (communicationMs, waitingMs) = (times.communication * ms, times.waiting * ms)
    operationsPerStep = operations
    gflopPerSecond = Double(operations) / median * 1e-9
    peakGflopPerSecond = peak.map { $0 * 1e-9 }
    shareOfPeak = peak.map { Double(operations) / median / ($0 * Double(ranks)) }
    instructionSet = InstructionSet.active
    self.precision = precision.rawValue
    layers = layerTimes.map { BenchmarkResult.layers($0.rows, steps: steps, peak: peak) }
  }

  private static func layers(_ rows: [LayerTimes.Row], steps: Int, peak: Double?) -> [LayerResult] {
    rows.indices.filter { !isOnlyPart(rows, $0) }.map { index in
      let row = rows[index]
      func ms(_ work: LayerWork) -> Double { row[work] * 1e3 / Double(steps) }
      let rate = row.operations / row.seconds.reduce(0, +)
      return LayerResult(
        name: row.layers.map(\.kind).joined(separator: ", "), output: "\(row.layers[row.layers.count - 1].outputShape)",
        depth: row.depth,
        parameterBytes: row.layers.flatMap(\.parameters).reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size,
        packMs: ms(.pack),
        forwardMs: ms(.forward), backwardMs: ms(.backward), gflopPerSecond: rate * 1e-9,
        shareOfPeak: peak.map { rate / $0 })
    }
  }

  /// Whether a row is its parent's only child and would repeat it.
  private static func isOnlyPart(_ rows: [LayerTimes.Row], _ index: Int) -> Bool {
    let depth = rows[index].depth
    guard depth > 0, rows[index - 1].depth < depth else { return false }
    return !rows[(index + 1)...].prefix { $0.depth >= depth }.contains { $0.depth == depth }
  }

  /// The result as one line of JSON.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// One line, and a table of the layers if they were timed.
  var text: String {
    let line = String(
      format: "%@: %.4f ms a step (%.4f to %.4f), %@ samples/s, %@, %@, %@\n", recipe, msPerStep, msMin, msMax,
      Format.count(Int(samplesPerSecond)), counted(ranks, "rank"), precision,
      instructionSet)
    return line + speed + (layers.map { "\n" + table($0) } ?? "")
  }

  private var speed: String {
    guard let peakGflopPerSecond, let shareOfPeak else { return "" }
    return String(
      format: "%.1f GFLOP/s, %@ of the peak (%.1f GFLOP/s a core)\n", gflopPerSecond, Format.percent(shareOfPeak),
      peakGflopPerSecond)
  }

  private func table(_ layers: [LayerResult]) -> String {
    func ms(_ value: Double) -> String { String(format: "%.4f", value) }
    func share(_ value: Double) -> String { Format.percent(value / msMean) }
    var rows = [
      ["layer", "output", "pack, ms", "forward, ms", "backward, ms", "of the step", "GFLOP/s", "of the peak"]
    ]
    for layer in layers {
      let works = layer.gflopPerSecond > 0
      rows.append([
        String(repeating: "  ", count: layer.depth) + layer.name, layer.output, ms(layer.packMs), ms(layer.forwardMs),
        ms(layer.backwardMs), share(layer.ms), works ? String(format: "%.1f", layer.gflopPerSecond) : "",
        works ? layer.shareOfPeak.map(Format.percent) ?? "" : "",
      ])
    }
    let rest = msMean - layers.reduce(0) { $0 + ($1.depth == 0 ? $1.ms : 0) }
    rows.append(["data, loss, sums over ranks, update", "", "", "", "", share(rest), "", ""])
    if peakGflopPerSecond == nil { rows = rows.map { Array($0.dropLast()) } }
    return Format.table(rows, right: [2, 3, 4, 5, 6, 7])
  }
}
