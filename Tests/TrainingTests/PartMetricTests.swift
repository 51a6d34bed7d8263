import Testing

@testable import Training

/// Metrics of each class, label or output.
@Suite struct PartMetricTests {
  @Test func metricsWithTheSamePartsStandOnce() throws {
    var report = EvaluationReport(
      split: .test, step: 1, epoch: 1, loss: 1, accuracy: 0.5, samples: 10, confusion: ConfusionCounts(pairs: []))
    for name in ["macro-precision", "macro-f1", "weighted-precision", "weighted-f1", "micro-f1", "roc-auc"] {
      let metric = try #require(Metric(name: name))
      report.metrics.append(
        MetricValue(metric: metric, value: 0.5, parts: name.hasPrefix("micro") ? [] : [0.25, 0.75]))
    }
    #expect(report.partMetrics.map(\.metric.name) == ["macro-precision", "macro-f1", "roc-auc"])
    #expect(report.partMetrics.map(\.metric.partName) == ["precision", "f1", "roc-auc"])
  }
}
