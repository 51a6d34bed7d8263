import Collectives
import Datasets
import Foundation
import Tensors
import Testing

@testable import Training

/// Metrics of random predictions against scikit-learn's (Tests/Reference/make_metrics.py).
@Suite struct MetricTests {
  /// Predictions and what scikit-learn measures.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    enum Targets: Decodable, Sendable {
      case classes([Int32])
      case values([[Float]])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let classes = try? container.decode([Int32].self) {
          self = .classes(classes)
        } else {
          self = .values(try container.decode([[Float]].self))
        }
      }
    }

    let name, task: String
    let outputs: [[Float]]
    let targets: Targets
    let metrics: [String: Double?]
    let parts: [String: [Double?]]

    var testDescription: String { "\(task) \(name)" }
    var columns: Int { outputs[0].count }
    var metricTask: MetricTask {
      switch task {
      case "classes": .classes(columns)
      case "events": .events(columns)
      default: .values(columns)
      }
    }
  }

  static let cases: [Case] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Reference/metrics.json")
    return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: path))) ?? []
  }()

  /// Measures a case whose rows are divided among ranks that are threads, in batches of 7.
  private func measure(
    _ example: Case, _ metrics: [Metric], ranks: Int, resampling: Resampling? = nil
  ) throws -> [MeasuredMetrics] {
    try ThreadCommunicator.run(ranks: ranks) { communicator in
      let meter = example.metricTask.makeMeter(metrics, resampling: resampling)
      let count = example.outputs.count
      // Later ranks have more rows; the first of many has none.
      let bounds = (0...ranks).map { count * $0 * $0 / (ranks * ranks) }
      let own = Array(bounds[communicator.rank]..<bounds[communicator.rank + 1])
      let shape = Shape([example.columns])
      let layout: TargetLayout = if case .classes = example.targets { .oneClass } else { .values(shape) }
      let batch = try Batch(shape: shape, targets: layout, capacity: 7)
      let memory = try FloatBuffer(count: 7 * example.columns)
      for first in stride(from: 0, to: own.count, by: 7) {
        let indices = Array(own[first..<min(first + 7, own.count)])
        batch.resize(count: indices.count)
        indices.withUnsafeBufferPointer { batch.note(samples: $0) }
        let outputs = TensorView(
          base: memory.base, batch: indices.count, columns: example.columns, stride: example.columns)
        for (row, index) in indices.enumerated() {
          for (column, value) in example.outputs[index].enumerated() { outputs[row, column] = value }
          switch (example.targets, batch.targets) {
          case (.classes(let classes), _): batch.classes[row] = classes[index]
          case (.values(let values), .values(let view)):
            for (column, value) in values[index].enumerated() { view[row, column] = value }
          default: break
          }
        }
        meter.add(outputs, of: batch) { row in
          (0..<example.columns).max { (outputs[row, $0], $1) < (outputs[row, $1], $0) }
        }
      }
      return try meter.finish(samples: count, over: communicator)
    }
  }

  private func metrics(_ example: Case) -> [Metric] { example.metrics.keys.compactMap(Metric.init(name:)).sorted() }

  @Test func allCasesAreThere() {
    #expect(Self.cases.count > 20)
    for example in Self.cases { #expect(metrics(example).count == example.metrics.count) }
  }

  @Test(arguments: cases)
  func agreesWithScikitLearn(example: Case) throws {
    let task = example.metricTask
    let all = task.all.filter { $0 != .loss } + (task.has(.top(2)) ? [.top(2)] : [])
    #expect(Set(all) == Set(metrics(example)))
    for measured in try measure(example, all, ranks: 1)[0].metrics {
      let name = measured.metric.name
      let wanted = try #require(example.metrics[name])
      #expect(isClose(measured.value, wanted), "\(name): \(measured.value as Any), not \(wanted as Any)")
      if let parts = example.parts[name] {
        #expect(
          measured.parts.count == parts.count && zip(measured.parts, parts).allSatisfy(isClose),
          "\(name): \(measured.parts), not \(parts)")
      }
    }
  }

  private func isClose(_ value: Double?, _ wanted: Double?) -> Bool {
    guard let value, let wanted else { return value == nil && wanted == nil }
    return abs(value - wanted) <= 1e-6 * max(1, abs(wanted))
  }

  /// Values, intervals, curves and confusion matrix have the same bits, on all ranks.
  @Test(arguments: cases, [2, 3, 8])
  func hasTheSameBitsOnAnyNumberOfRanks(example: Case, ranks: Int) throws {
    let resampling = Resampling(count: 20, seed: 3)
    let one = try measure(example, metrics(example), ranks: 1, resampling: resampling)[0]
    for other in try measure(example, metrics(example), ranks: ranks, resampling: resampling) {
      #expect(other.metrics == one.metrics && other.curves == one.curves && other.confusion == one.confusion)
    }
  }

  /// An interval is as wide as that of the normal distribution, and depends on the seed.
  @Test func intervalsAreOfTheExpectedWidth() throws {
    let example = try #require(Self.cases.first { $0.name == "random-3" })
    func intervals(seed: UInt64) throws -> [MetricValue.Interval?] {
      try measure(example, [.accuracy, .logLoss], ranks: 2, resampling: Resampling(count: 2000, seed: seed))[0].metrics
        .map(\.interval)
    }
    let all = try intervals(seed: 1)
    let (found, share) = (try #require(all[0]), try #require(example.metrics["accuracy"] ?? nil))
    // That of the normal distribution: 1.96 standard deviations to both sides.
    let half = 1.96 * (share * (1 - share) / Double(example.outputs.count)).squareRoot()
    #expect(abs(found.low - (share - half)) < 0.02 && abs(found.high - (share + half)) < 0.02)
    #expect(try intervals(seed: 1) == all && intervals(seed: 2)[1] != all[1])
  }

  /// A score that is not finite leaves the metrics without a value, and no rank fails.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func outputsThatAreNotFiniteHaveNoMetrics(value: Float) throws {
    for task in ["classes", "events", "values"] {
      let former = try #require(Self.cases.first { $0.task == task && $0.columns > 2 })
      var outputs = former.outputs
      outputs[5] = Array(repeating: value, count: former.columns)
      let example = Case(
        name: "", task: task, outputs: outputs, targets: former.targets, metrics: former.metrics, parts: [:])
      let measured = try measure(example, metrics(example), ranks: 2)[0].metrics
      for name in ["log-loss", "calibration-error", "mae", "rmse", "r2"] {
        let found = measured.first { $0.metric.name == name }
        #expect(found?.value == nil, "\(task) \(name)")
      }
      #expect(try !JSONEncoder().encode(measured).isEmpty)
    }
  }

  @Test func valuesOfAlikeTargetsHaveNoDeterminationButAnError() throws {
    let example = Case(
      name: "", task: "values", outputs: [[1, 2], [2, 3], [3, 5]], targets: .values([[0.1, 1], [0.1, 2], [0.1, 4]]),
      metrics: [:], parts: [:])
    let measured = try measure(example, [.r2, .mae], ranks: 2)[0].metrics
    #expect(measured[0].parts[0] == nil && measured[0].value == measured[0].parts[1] && measured[1].value != nil)
  }

  @Test func theJSONIsReadBack() throws {
    let example = try #require(Self.cases.first { $0.name == "one-class-2" })
    let measured = try measure(example, metrics(example), ranks: 1, resampling: Resampling(count: 9))[0]
    #expect(measured.metrics.contains { $0.value == nil })
    let data = try JSONEncoder().encode(measured.metrics)
    #expect(try JSONDecoder().decode([MetricValue].self, from: data) == measured.metrics)
    let ties = try #require(Self.cases.first { $0.name == "ties-3" })
    let curves = try measure(ties, [.rocAUC], ranks: 1)[0].curves
    #expect(curves.count == 3 && curves[1].part == 1)
    #expect(try JSONDecoder().decode([RankingCurve].self, from: JSONEncoder().encode(curves)) == curves)
  }

  @Test func namesAreReadBack() {
    for metric in Metric.named.map(\.metric) + [.top(2), .top(17)] { #expect(Metric(name: metric.name) == metric) }
    for name in ["top-1", "top-05", "top-", "top--3", "Accuracy", "", "auto"] { #expect(Metric(name: name) == nil) }
  }
}
