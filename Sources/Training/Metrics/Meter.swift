import Collectives
import Datasets
import Layers
import Tensors

/// What an evaluation has measured, the same on every rank.
struct MeasuredMetrics {
  var metrics: [MetricValue]
  /// The confusion matrix; empty if the outputs are not classes.
  var confusion = ConfusionCounts(pairs: [])
  var curves: [RankingCurve] = []
}

/// Measures metrics in one evaluation, batch by batch.
protocol MetricMeter: AnyObject {
  /// Adds this rank's samples of a batch. `predictions` gives the predicted class of a row, if there is one and the row counts.
  func add(_ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?)
  /// Ends the evaluation of `samples` samples; every rank calls it.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func finish(samples: Int, over communicator: any Communicator) throws -> MeasuredMetrics
}

extension MetricTask {
  /// Makes the meter of one evaluation, with intervals if there is a `resampling`.
  func makeMeter(_ metrics: [Metric], resampling: Resampling?) -> any MetricMeter {
    switch self {
    case .classes(let count):
      Meter(
        metrics, ClassReader(metrics, classes: count),
        scores: { count == 2 ? ScoreTable(columns: 1, firstPart: 1) : ScoreTable(columns: count, firstPart: 0) },
        resampling
      ) {
        ClassStatistics(metrics, classes: count, keepsConfusion: $0)
      } confusion: {
        $0.confusion
      }
    case .events(1):
      Meter(metrics, EventReader(), scores: { ScoreTable(columns: 1, firstPart: 0) }, resampling) { _ in
        ClassStatistics(metrics, classes: 2, keepsConfusion: false)
      }
    case .events(let count):
      Meter(metrics, EventsReader(), scores: { ScoreTable(columns: count, firstPart: 0) }, resampling) { _ in
        EventStatistics(metrics, labels: count)
      }
    case .values(let count):
      Meter(metrics, ValueReader(), scores: { nil }, resampling) { _ in ValueStatistics(outputs: count) }
    }
  }
}

/// Measures metrics by statistics, and by a table of scores if they need one. Rows are only kept to find intervals.
private final class Meter<Reader: RowReader, Statistics: MetricStatistics>: MetricMeter
where Reader.Row == Statistics.Row {
  private let metrics: [Metric]
  private let reader: Reader
  private let resampling: Resampling?
  /// Makes statistics, either those of all samples or those of a resample, which need no confusion matrix.
  private let makeStatistics: (_ ofAll: Bool) -> Statistics
  private let confusion: (Statistics) -> ConfusionCounts
  private var statistics: Statistics
  private var table: ScoreTable?
  private var rows: [Statistics.Row] = []

  init(
    _ metrics: [Metric], _ reader: Reader, scores: () -> ScoreTable?, _ resampling: Resampling?,
    statistics: @escaping (_ ofAll: Bool) -> Statistics,
    confusion: @escaping (Statistics) -> ConfusionCounts = { _ in ConfusionCounts(pairs: []) }
  ) {
    self.metrics = metrics
    self.reader = reader
    self.resampling = resampling
    makeStatistics = statistics
    self.confusion = confusion
    self.statistics = statistics(true)
    table = metrics.contains(where: \.ranksScores) ? scores() : nil
  }

  func add(_ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?) {
    reader.read(outputs, of: batch, predictions: predictions) { row in
      statistics.add(row, times: 1)
      if resampling != nil { rows.append(row) }
    } score: { row, column in
      table?.add(row, to: column)
    }
  }

  func finish(samples: Int, over communicator: any Communicator) throws -> MeasuredMetrics {
    try statistics.sum(over: communicator)
    try table?.exchange(communicator)
    let ranking = try table?.measures(resamples: 1, communicator) { _ in { _ in 1 } }.first ?? []
    var measured = MeasuredMetrics(
      metrics: metrics.map { metric in
        let parts = metric.ranksScores ? ranking.map { $0.value(of: metric) } : statistics.parts(of: metric)
        let value = metric.ranksScores ? parts.mean : statistics.value(of: metric)
        return MetricValue(
          metric: metric, value: value.flatMap { $0.isFinite ? $0 : nil }, parts: parts.count > 1 ? parts : [])
      }, confusion: confusion(statistics))
    if let table { measured.curves = try table.curves(communicator) }
    guard let resampling, resampling.count > 0, samples > 0 else { return measured }
    let values = try resample(resampling, samples: samples, over: communicator)
    for index in metrics.indices where measured.metrics[index].value != nil {
      measured.metrics[index].interval = Resampling.interval(of: values[index])
    }
    return measured
  }

  /// The values of each metric in each resample.
  private func resample(
    _ resampling: Resampling, samples: Int, over communicator: any Communicator
  ) throws -> [[Double?]] {
    let rows = try communicator.gather(rows).flatMap(\.self)
    var own: [Double] = []
    for resample in stride(from: communicator.rank, to: resampling.count, by: communicator.size) {
      let times = resampling.times(resample: resample, samples: samples)
      var statistics = makeStatistics(false)
      for row in rows where times[Int(row.sample)] > 0 { statistics.add(row, times: Int(times[Int(row.sample)])) }
      own += metrics.map { statistics.value(of: $0) ?? .nan }
    }
    let all = try communicator.gather(own)
    let ranking =
      try table?.measures(resamples: resampling.count, communicator) { resample in
        let times = resampling.times(resample: resample, samples: samples)
        return { Int(times[Int($0)]) }
      } ?? []
    return metrics.enumerated().map { index, metric in
      (0..<resampling.count).map { resample in
        if metric.ranksScores { return ranking[resample].map { $0.value(of: metric) }.mean }
        let value = all[resample % communicator.size][resample / communicator.size * metrics.count + index]
        return value.isFinite ? value : nil
      }
    }
  }
}

extension RankingMeasures {
  /// The area under the ROC curve or the average precision; nil for other metrics.
  func value(of metric: Metric) -> Double? {
    switch metric {
    case .rocAUC: rocAUC
    case .averagePrecision: averagePrecision
    default: nil
    }
  }
}
