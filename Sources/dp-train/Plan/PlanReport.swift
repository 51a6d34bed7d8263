import DPTrain
import Foundation
import Planning

/// The result of `plan`: forecasts, and the advice drawn from them.
struct PlanReport {
  let recipe: Recipe
  let layouts: Layouts
  let link: FoundLink
  let forecasts: [Forecast]
  let advice: Advice
  let gradientBytes: Int

  /// Forecasts all layouts from the machine's measurements under each load.
  init(_ recipe: Recipe, layouts: Layouts, machines: [Machine], link: FoundLink) throws {
    (self.recipe, self.layouts, self.link) = (recipe, layouts, link)
    let tree = try recipe.makeTree()
    let gradientBytes = machines.first?.gradientBytes ?? 0
    let measured = Dictionary(
      uniqueKeysWithValues: machines.map { (Layouts.Load(ranks: $0.ranks, shards: $0.shards), $0) })
    func forecast(_ load: Layouts.Load, machines: Int) throws -> Forecast {
      guard let machine = measured[load] else { preconditionFailure("every load has been measured") }
      let work = Workload(
        batch: recipe.batch * recipe.accumulate, tree: tree, isCompressed: recipe.compression != nil,
        dividesUpdate: recipe.reduction == .tree
          && recipe.optimizerSharding.divides(
            bytes: gradientBytes, ranks: machines, machines: machines, isCompressed: recipe.compression != nil,
            link: link.model.speed)
      )
      return try Forecast(machine, machines: machines, work, link: link.model)
    }
    let single = try forecast(layouts.single, machines: 1)
    forecasts = try layouts.chosen.map {
      try forecast(layouts.load(of: $0), machines: $0.machines).compared(toOneRank: single.samplesPerSecond)
    }
    advice = Advice(forecasts)
    self.gradientBytes = gradientBytes
  }

  /// The report as one line of JSON.
  func json() throws -> String {
    struct Row: Encodable {
      let nodes, ranksPerNode, ranks: Int
      let msPerStep, samplesPerSecond, speedup, efficiency, waitingMs, communicationMs: Double
      let nodeMs, exchangeMs, hiddenMs: Double
      let bytesSentPerNode: Double
      let bucketBytes: Int?
      let dividedUpdate, fewerRanksAreFaster: Bool

      init(_ forecast: Forecast, _ advice: Advice) {
        (nodes, ranksPerNode, ranks) = (forecast.machines, forecast.ranksPerMachine, forecast.ranks)
        (msPerStep, samplesPerSecond) = (forecast.step * 1e3, forecast.samplesPerSecond)
        (speedup, efficiency) = (forecast.speedup, forecast.efficiency)
        (waitingMs, communicationMs) = (forecast.waiting * 1e3, forecast.communication * 1e3)
        (nodeMs, exchangeMs) = (forecast.machineStep * 1e3, forecast.exchange * 1e3)
        (hiddenMs, bytesSentPerNode, bucketBytes) = (forecast.hidden * 1e3, forecast.traffic, forecast.bucket)
        dividedUpdate = forecast.dividesUpdate
        fewerRanksAreFaster = advice.wasteful.contains { $0.slow == forecast }
      }
    }
    struct Contents: Encodable {
      let recipe, precision: String
      let batch, shards, gradientBytes: Int
      let latencyMicroseconds, gbitPerSecond, pieceGbitPerSecond, coreNanosecondsPerByte: Double
      let networkOrigin: String
      let forecasts: [Row]
      let fastest: Row?
      let moreRanksThanShards: [[Int]]
    }
    let contents = Contents(
      recipe: recipe.name, precision: recipe.precision.rawValue, batch: recipe.batch * recipe.accumulate,
      shards: recipe.shards, gradientBytes: gradientBytes,
      latencyMicroseconds: link.model.latency * 1e6, gbitPerSecond: link.model.bandwidth * 8e-9,
      pieceGbitPerSecond: link.model.pieceBandwidth * 8e-9,
      coreNanosecondsPerByte: link.model.coreSecondsPerByte * 1e9,
      networkOrigin: link.origin, forecasts: forecasts.map { Row($0, advice) },
      fastest: advice.fastest.map { Row($0, advice) },
      moreRanksThanShards: layouts.refused.map { [$0.machines, $0.ranks] })
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(contents), as: UTF8.self)
  }
}
