import Collectives
import Datasets
import Foundation
import Optimizers
import Testing

@testable import Training

/// The rule by which training ends early, and the metric that it goes by.
@Suite struct EarlyStopTests {
  private func report(_ loss: Double, accuracy: Double? = nil, epoch: Int = 1) -> EvaluationReport {
    EvaluationReport(
      split: .validation, step: epoch, epoch: epoch, loss: loss, accuracy: accuracy, samples: 10,
      confusion: ConfusionCounts(pairs: []))
  }

  /// The epoch after which training ends, if evaluations have these losses or accuracies; nil if it never does.
  private func end(
    _ values: [Double], patience: Int, minimum: Double = 0, monitor: Monitor = Monitor(metric: "loss")
  ) -> Int? {
    let rule = EarlyStop(patience: patience, minimum: minimum)
    var state = Patience()
    for (place, value) in values.enumerated() {
      let isLoss = monitor.metric == "loss"
      state.add(report(isLoss ? value : 1, accuracy: isLoss ? nil : value, epoch: place + 1), monitor, rule)
      if state.isOver(rule) { return place + 1 }
    }
    return nil
  }

  /// The counts of Keras' `EarlyStopping`: `wait >= patience` after the first evaluation.
  @Test func theCountBeginsAnewWithEachImprovement() {
    #expect(end([3, 2, 2, 1, 1, 1], patience: 2) == 6)
    #expect(end([3, 2, 2, 1, 1, 0.5], patience: 2) == nil)
    #expect(end([1, 1], patience: 1) == 2)
    #expect(end([1], patience: 1) == nil)
    #expect(end([1, 2, 3], patience: 2, monitor: Monitor(metric: "loss", direction: .greatest)) == nil)
    #expect(end([0.5, 0.6, 0.6, 0.55], patience: 2, monitor: Monitor(metric: "accuracy")) == 4)
    #expect(end([0.5, 0.6, 0.6, 0.55], patience: 2, monitor: Monitor()) == 4, "accuracy by itself")
  }

  /// Small improvements add up: they are measured from the last one that counted.
  @Test func improvementsMustExceedTheMinimum() {
    #expect(end([1, 0.95, 0.9, 0.85], patience: 2, minimum: 0.12) == 3)
    #expect(end([1, 0.95, 0.85, 0.85, 0.85], patience: 2, minimum: 0.12) == 5)
  }

  @Test func lossesThatAreNotFiniteDoNotImprove() {
    #expect(end([.nan, .infinity, -.infinity], patience: 3) == 3)
    #expect(end([.nan, 1, .nan, 0.5, .nan, .nan], patience: 2) == 6)
  }

  /// The reason for the end needs the name.
  @Test func aMetricThatIsNotDefinedIsNamed() {
    var state = Patience()
    state.add(report(1), Monitor(metric: "roc-auc"), EarlyStop(patience: 1))
    #expect(state.metric == "roc-auc" && state.best == nil && state.evaluations == 1)
  }

  @Test func theMonitorChoosesTheBest() {
    let (low, high) = (report(0.2, accuracy: 0.8), report(0.3, accuracy: 0.9))
    #expect(high.isBetter(than: low, by: Monitor()) && !low.isBetter(than: high, by: Monitor()))
    let loss = Monitor(metric: "loss")
    #expect(low.isBetter(than: high, by: loss) && !high.isBetter(than: low, by: loss))
    let reversed = Monitor(metric: "accuracy", direction: .least)
    #expect(low.isBetter(than: high, by: reversed) && !high.isBetter(than: low, by: reversed))
    #expect(report(0.1, accuracy: 0.9).isBetter(than: high, by: Monitor(metric: "accuracy")), "equal: by the loss")
    #expect(!report(0.1).isBetter(than: nil, by: Monitor(metric: "accuracy")), "there is no such value")
  }

  @Test func theMonitorNamesItsMetric() {
    #expect(Monitor().name(in: report(1)) == "loss" && Monitor().name(in: report(1, accuracy: 0.5)) == "accuracy")
    #expect(Monitor(metric: "roc-auc").name(in: report(1)) == "roc-auc", "also if the report lacks it")
    #expect(Monitor(metric: "roc-auc").value(in: report(1)) == nil)
  }

  /// A plateau schedule that watches accuracy lets the rate fall when that stops rising.
  @Test func aPlateauFollowsTheMonitor() {
    let schedule = PlateauSchedule(factor: 0.5, patience: 0, threshold: 0.01)
    func rates(_ monitor: Monitor) -> [Double] {
      schedule.state = [:]
      return [(3.0, 0.5), (2, 0.6), (1, 0.6), (2, 0.7)].map { loss, accuracy in
        schedule.observe(report(loss, accuracy: accuracy), by: monitor)
        return schedule.learningRate(step: 0, base: 1)
      }
    }
    #expect(rates(Monitor()) == [1, 1, 1, 0.5])
    #expect(rates(Monitor(metric: "loss")) == [1, 1, 1, 0.5])
    #expect(rates(Monitor(metric: "accuracy")) == [1, 1, 0.5, 0.5])
    #expect(rates(Monitor(metric: "accuracy", direction: .least)) == [1, 0.5, 0.25, 0.125])
  }

  /// All numbers of ranks stop after the same step, with the same bits; more patience trains on from there.
  @Test func allRanksStopAfterTheSameStep() throws {
    var small = SmallExperiment(epochs: 12)
    small.hasValidation = true
    small.monitor = Monitor(metric: "loss", direction: .greatest)
    small.stop = EarlyStop(patience: 3)
    let whole = try small.train(ranks: 1)
    #expect(whole.losses.count == 16)
    for ranks in [2, 3, 8] {
      let other = try small.train(ranks: ranks)
      #expect(other.weights == whole.weights && other.losses == whole.losses)
      #expect(other.evaluations == whole.evaluations)
    }
    small.stop = nil
    small.epochs = 4
    #expect(try small.train(ranks: 2).weights == whole.weights)
  }

  /// Test samples never end a training.
  @Test func withoutValidationSamplesTrainingGoesOn() throws {
    var small = SmallExperiment(epochs: 5)
    (small.stop, small.restoresBest) = (EarlyStop(patience: 1, minimum: 100), true)
    #expect(try small.train(ranks: 1).losses.count == 20)
  }
}
