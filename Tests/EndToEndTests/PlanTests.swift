import Foundation
import Testing

extension EndToEndTests {
  /// Forecasts for more machines.
  struct PlanTests {
    private struct Plan: Decodable {
      struct Row: Decodable {
        let nodes, ranksPerNode, ranks: Int
        let bytesSentPerNode: Double
        let msPerStep, samplesPerSecond, speedup, efficiency, waitingMs, communicationMs: Double
        let dividedUpdate, fewerRanksAreFaster: Bool
      }

      let recipe: String
      let batch, shards, gradientBytes: Int
      let latencyMicroseconds, gbitPerSecond: Double
      let networkOrigin: String
      let forecasts: [Row]
      let fastest: Row
      let moreRanksThanShards: [[Int]]
    }

    private let quick = ["plan", "temporal-order", "--seconds", "0.02"]

    private func plan(_ arguments: [String], ranks: Int? = nil) throws -> Plan {
      try Folder.temporary { folder in
        let ending = try Program.run(
          quick + ["--json"] + arguments, ranks: ranks, in: folder, environment: ["TMPDIR": folder.path])
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        #expect(try folder.contents().filter { $0.hasPrefix("dp-train-plan") } == [])
        return try JSONDecoder().decode(Plan.self, from: Data(ending.output.utf8))
      }
    }

    @Test func aPlanAddsTheNetworkToTheMeasurements() throws {
      // A message takes 0.1 s that nothing hides, so two machines are slower than one.
      let plan = try plan(["--nodes", "1,2,16", "--ranks-per-node", "1", "--latency", "100000", "--bandwidth", "1"])
      #expect(plan.recipe == "temporal-order" && plan.batch == 32 && plan.shards == 8)
      // An LSTM of 4 units over 8 symbols and a dense layer for 4 classes.
      #expect(plan.gradientBytes == 4 * (16 * 8 + 16 * 4 + 32 + 4 * 4 + 4))
      #expect(plan.networkOrigin == "given" && (plan.latencyMicroseconds / 100_000 - 1).magnitude < 1e-9)
      #expect((plan.gbitPerSecond - 1).magnitude < 1e-9)
      #expect(plan.forecasts.map { [$0.nodes, $0.ranksPerNode] } == [[1, 1], [2, 1]])
      #expect(plan.moreRanksThanShards == [[16, 1]])
      for row in plan.forecasts {
        #expect((row.samplesPerSecond * row.msPerStep / 1e3 - 32).magnitude < 1e-6)
        #expect((row.efficiency - row.speedup / Double(row.ranks)).magnitude < 1e-9)
        #expect(row.waitingMs >= 0 && row.communicationMs <= row.msPerStep)
      }
      #expect(plan.forecasts[0].speedup == 1 && !plan.forecasts[0].fewerRanksAreFaster)
      #expect(plan.forecasts[1].msPerStep > 100 && plan.forecasts[1].communicationMs > 100)
      #expect(plan.forecasts[1].fewerRanksAreFaster && plan.fastest.nodes == 1)
    }

    /// With two parts, two machines send half the bytes. Four machines have half a part each.
    @Test func compressionReducesTheTraffic() throws {
      let plan = try plan(
        ["--nodes", "1,2,4", "--ranks-per-node", "1", "compression.format=bfloat16", "compression.parts=2"])
      let bytes = Double(plan.gradientBytes)
      #expect(plan.forecasts.map(\.bytesSentPerNode) == [0, bytes / 2, bytes * 1.5 * 3 / 4])
    }

    /// Between machines an update is divided if that is chosen or latency is low, and only if sums are made in the tree.
    @Test(arguments: [
      ("1", [], true), ("100000", [], false), ("100000", ["optimizerSharding=always"], true),
      ("1", ["optimizerSharding=never"], false), ("1", ["optimizerSharding=always", "reduction=native"], false),
      ("1", ["compression.format=bfloat16"], false),
    ])
    func aPlanDividesUpdatesAsTrainingsDo(latency: String, settings: [String], isDivided: Bool) throws {
      let plan = try plan(
        ["model.layers.0.lstm.hiddenSize=100", "--nodes", "1,2", "--ranks-per-node", "1"] + settings
          + ["--latency", latency, "--bandwidth", "1"])
      #expect(plan.forecasts.map(\.dividedUpdate) == [false, isDivided])
      guard isDivided else { return }
      // Half of all gradients, parameters and block sums.
      let blocks = (plan.gradientBytes / 4 + 1023) / 1024
      #expect(plan.forecasts[1].bytesSentPerNode == Double(plan.gradientBytes + 4 * blocks))
    }

    @Test func aPlanIsATableAPlotAndAdvice() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          quick + ["--nodes", "1,2,4,16", "--ranks-per-node", "1", "--latency", "100000", "--bandwidth", "1"]
            + ["--svg", "plan.svg"], in: folder)
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        #expect(
          ending.lines.contains("network: 1 Gbit/s, 1e+05 µs, 0.4 ns of a core for a byte (given)"), "\(ending.text)")
        for name in ["1 × 1", "2 × 1", "4 × 1"] {
          #expect(ending.lines.filter { $0.hasPrefix(name + " ") }.count == 2, "\(ending.text)")
        }
        #expect(ending.lines.contains { $0.hasPrefix("4 × 1") && $0.contains("░") })
        #expect(ending.lines.contains { $0.hasPrefix("fastest: 1 × 1, ") })
        #expect(ending.lines.contains { $0.hasPrefix("fewer ranks are faster: 2 × 1 takes ") })
        #expect(
          ending.lines.contains(
            "left out: 16 × 1, more ranks than shards (8); shards=16 lets them work, and changes the results"))
        #expect(try folder.contents() == ["plan.svg"])
        let drawing = try folder.text("plan.svg")
        #expect(drawing.hasPrefix("<svg xmlns=") && drawing.hasSuffix("</svg>\n"))
        for text in ["nodes", "time of a step, ms", "samples/s", "efficiency, %", "1 rank on each node"] {
          #expect(drawing.contains(">\(text)</text>"), "\(text)")
        }
      }
    }

    @Test func aDrawingThatCannotBeWrittenIsAFailure() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          quick + ["--nodes", "1", "--ranks-per-node", "1", "--svg", "/proc/nowhere/plan.svg"], in: folder)
        #expect(ending.status == 73 && ending.errors.contains("/proc/nowhere"), "\(ending.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func ranksOfOneMachineAreMeasuredTogether() throws {
      let plan = try plan(["--nodes", "1,3", "--ranks-per-node", "1,2"])
      #expect(plan.forecasts.map { [$0.nodes, $0.ranksPerNode] } == [[1, 1], [1, 2], [3, 1], [3, 2]])
      #expect(plan.networkOrigin.hasPrefix("assumed; ") && (plan.gbitPerSecond - 10).magnitude < 1e-9)
    }

    /// Two ranks on one machine find no link between machines, and still measure once.
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aPlanMayRunUnderMpirun() throws {
      let plan = try plan(["--nodes", "1,2", "--ranks-per-node", "1,2", "--latency", "20"], ranks: 2)
      #expect(plan.forecasts.count == 4)
      #expect(plan.networkOrigin.hasPrefix("partly given, assumed; "))
      #expect((plan.latencyMicroseconds - 20).magnitude < 1e-9)
    }

    @Test func ranksThatCannotBeMeasuredAreRefused() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          quick + ["batch=4096", "shards=4096", "--nodes", "1", "--ranks-per-node", "4096"], in: folder)
        #expect(ending.status == 64, "\(ending.text)")
        #expect(ending.errors.hasPrefix("4096 ranks on each machine cannot be measured here, "))
      }
    }

    @Test func aFailingTrainingIsAFailure() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          quick + ["--nodes", "1", "--ranks-per-node", "1,2", "--launcher", "false"], in: folder)
        #expect(ending.status == 70 && ending.errors.hasPrefix("this ended with status 1: false "), "\(ending.text)")
      }
    }
  }
}
