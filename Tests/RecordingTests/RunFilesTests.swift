import Foundation
import Testing
import Training

@testable import Recording

/// A run's files have the correct records, also if it was stopped and resumed.
@Suite struct RunFilesTests {
  private struct StepLine: Decodable {
    let step, epoch: Int
    let loss, gradientNorm, learningRate, accuracy: Double
    let dataSeconds, computeSeconds, communicationSeconds, waitingSeconds, samplesPerSecond: Float
  }

  private struct DistributionLine: Decodable {
    struct Tensor: Decodable {
      struct Histogram: Decodable {
        let minimum, maximum: Float
        let counts: [Int]
      }
      let name, kind: String
      let count: Int
      let minimum, maximum, mean, standardDeviation: Float
      let quantiles: [Float]
      let histogram: Histogram
    }
    let step, epoch: Int
    let tensors: [Tensor]
  }

  private let run = Run(overrides: ["epochs=3", "record.histograms=20"], ranks: 2)

  @Test func metricsAreThoseOfTheSteps() throws {
    try withRunFolder { folder in
      let outcome = try run.train(into: folder)
      let all = try lines(folder.metrics)
      let steps = try all.filter { $0.contains("\"event\":\"step\"") }.map {
        try JSONDecoder().decode(StepLine.self, from: Data($0.utf8))
      }
      #expect(steps.map(\.step) == Array(1...93) && steps.map(\.epoch) == outcome.steps.map(\.epoch))
      #expect(steps.map(\.loss) == outcome.steps.map(\.loss))
      #expect(steps.map(\.gradientNorm) == outcome.steps.map(\.gradientNorm))
      #expect(steps.map(\.accuracy) == outcome.steps.map { $0.accuracy ?? -1 })
      #expect(steps.map(\.waitingSeconds) == outcome.steps.map { Float($0.times.waiting) })
      #expect(steps.map(\.samplesPerSecond) == outcome.steps.map { Float(Double($0.samples) / $0.seconds) })
      // Each evaluation comes after the steps before it.
      #expect(all.indices.filter { all[$0].contains("\"event\":\"evaluation\"") } == [31, 63, 95])
      #expect(all[31].contains("\"loss\":\(outcome.evaluations[0].loss),"))
    }
  }

  /// The ranks' shares have lines of their own if they follow the ranks' speed.
  @Test func sharesAreThoseOfTheRanks() throws {
    try withRunFolder { folder in
      let balanced = Run(overrides: ["epochs=1", "balance=auto"], ranks: 3)
      _ = try balanced.train(into: folder) { recorder in
        for cause in [ShareReport.Cause.speed, .shortMemory, .advice] {
          try recorder.sharesDidChange(ShareReport(cause: cause, step: 0, epoch: 1, shares: [5, 2, 1], saving: 0.25))
        }
      }
      let start = #"{"epoch":1,"event":"shares","saving":0.0,"shares":"2 3 3","step":0}"#
      let change = #"{"epoch":1,"event":"shares","saving":0.25,"shares":"5 2 1","step":0}"#
      let all = try lines(folder.metrics)
      #expect(all.filter { $0.contains("shares") } == [change, start] && all[2].contains(#""event":"step""#))
      // Evaluations have another format.
      var tail = MetricsTail(path: folder.metrics)
      #expect(tail.read().lines.map(\.event).prefix(3) == ["shares", "shares", "step"])
    }
    #expect(Format.shares([11, 5]) == "11 and 5 of 16 shards" && Format.shares([2, 3, 3]) == "2, 3 and 3 of 8 shards")
    #expect(Format.shares([1]) == "1 shard" && Format.shares(Array(2...12)) == "2 to 12 of 77 shards")
  }

  @Test func epochsAreTheMeansOfTheirSteps() throws {
    try withRunFolder { folder in
      let outcome = try run.train(into: folder)
      let rows = try lines(folder.epochs).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(rows.count == 4 && rows[0].map(String.init) == EpochTable.columns + ["balanced-accuracy", "macro-f1"])
      for (epoch, row) in rows.dropFirst().enumerated() {
        let steps = outcome.steps[epoch * 31..<epoch * 31 + 31]
        #expect(row[0] == "\(epoch + 1)" && row[1] == "\(31 * (epoch + 1))" && row[2] == "992" && row[4] == "0.001")
        #expect(abs((Double(row[5]) ?? 0) - steps.reduce(0) { $0 + $1.loss } / 31) < 1e-9)
        #expect(abs((Double(row[6]) ?? 0) - steps.reduce(0) { $0 + ($1.accuracy ?? 0) } / 31) < 1e-9)
        #expect(row[7] == "test" && row[8] == "\(outcome.evaluations[epoch].loss)")
        #expect(row[9] == "\(outcome.evaluations[epoch].accuracy ?? -1)")
        #expect(row[11] == "\(outcome.evaluations[epoch].value(of: "macro-f1") ?? -1)")
      }
    }
  }

  @Test func distributionsAreThoseOfTheTensors() throws {
    try withRunFolder { folder in
      let outcome = try run.train(into: folder)
      let records = try lines(folder.distributions).map {
        try JSONDecoder().decode(DistributionLine.self, from: Data($0.utf8))
      }
      #expect(records.map(\.step) == [1, 20, 40, 60, 80, 93] && records.map(\.epoch) == [1, 1, 2, 2, 3, 3])
      #expect(outcome.tensors.map(\.step) == records.map(\.step))
      for (record, seen) in zip(records, outcome.tensors) {
        let names = ["0.weight_ih_l0", "0.weight_hh_l0", "0.bias_ih_l0", "0.bias_hh_l0", "1.weight", "1.bias"]
        #expect(record.tensors.map(\.name) == names + names + names)
        #expect(
          record.tensors.map(\.kind) == ["weight", "gradient", "update"].flatMap { kind in names.map { _ in kind } })
        for (tensor, all) in zip([0, 6, 12].map({ record.tensors[$0] }), [seen.weights, seen.gradient, seen.update]) {
          let values = all.prefix(128)
          #expect(tensor.count == 128 && tensor.minimum == values.min() && tensor.maximum == values.max())
          #expect(abs(tensor.mean - values.reduce(0, +) / 128) < 1e-5)
          #expect(tensor.quantiles.first == tensor.minimum && tensor.quantiles.last == tensor.maximum)
          #expect(tensor.quantiles == tensor.quantiles.sorted() && tensor.quantiles.count == 9)
          #expect(tensor.histogram.counts.count == 30 && tensor.histogram.counts.reduce(0, +) == 128)
        }
      }
    }
  }

  /// A run that failed within an epoch and resumed on another number of ranks from an earlier checkpoint has the same lines,
  /// each once.
  @Test func resumedRunsHaveEachLineOnce() throws {
    try withRunFolder { whole in
      try withRunFolder { parts in
        _ = try run.train(into: whole)
        var first = run
        first.overrides.append("checkpoint.steps=40")
        first.failsAfter = 51
        #expect(throws: Broken.self) { try first.train(into: parts) }
        // The last flushed lines are of steps that are repeated.
        #expect(try lines(parts.metrics).count == 52)
        #expect(try lines(parts.distributions).count == 3)
        var second = run
        second.ranks = 1
        #expect(try second.train(into: parts).steps.first?.step == 41)
        #expect(try lines(parts.distributions) == lines(whole.distributions))
        #expect(try withoutTimes(lines(parts.metrics)) == withoutTimes(lines(whole.metrics)))
        // All columns but the time.
        let rows = try [parts, whole].map { folder in
          try lines(folder.epochs).map { row in
            row.split(separator: ",").enumerated().filter { $0.offset != 3 }.map(\.element)
          }
        }
        #expect(rows[0] == rows[1])
      }
    }
  }

  /// A checkpoint at the end of an epoch without evaluation does not cause a second row.
  @Test func resumingAtAnEpochsEndRepeatsNoRow() throws {
    try withRunFolder { folder in
      var first = Run(overrides: ["epochs=3", "evaluate.every=0", "checkpoint.steps=31"])
      first.failsAfter = 40
      #expect(throws: Broken.self) { try first.train(into: folder) }
      let second = Run(overrides: ["epochs=3", "evaluate.every=0"])
      #expect(try second.train(into: folder).steps.first?.step == 32)
      let epochs = try lines(folder.epochs).dropFirst().map { $0.prefix { $0 != "," } }
      #expect(epochs == ["1", "2", "3"])
    }
  }

  private func withoutTimes(_ lines: [String]) -> [String] {
    lines.map { $0.replacing(/"[a-z]+(Seconds|PerSecond)":[^,}]*/, with: "") }
  }

  @Test func onlyRequestedRecordsAreWritten() throws {
    try withRunFolder { folder in
      let quiet = Run(overrides: ["epochs=1", "record.every=10", "record.histograms=0", "record.tensorBoard=0"])
      let outcome = try quiet.train(into: folder)
      #expect(outcome.tensors.isEmpty)
      #expect(try lines(folder.metrics).count == 4)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["checkpoints", "metrics.csv", "metrics.jsonl"])
    }
  }
}
