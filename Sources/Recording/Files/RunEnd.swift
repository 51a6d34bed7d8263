import Foundation
import Training

/// The last line of `metrics.jsonl` if training ended early, or with its best weights: how it ended.
package struct RunEnd: Codable, Equatable, Sendable {
  /// Always `end`.
  package private(set) var event = "end"
  /// The steps and epochs of the training.
  package let step, epoch: Int
  /// The metric that did not improve any more; nil if training did not end early.
  package let metric: String?
  /// Its best value, if any was finite, and the epoch of that.
  package let best: Double?
  package let bestEpoch: Int?
  /// The number of evaluations since, and what an improvement had to exceed.
  package let evaluations: Int?
  package let minimum: Double?
  /// The epoch of the best weights, with which training ended; nil if it ended with the last ones.
  package let weightsEpoch: Int?

  /// The end of a training; nil if it ended after its last step with the weights of that step, or goes on later.
  package init?(_ summary: RunSummary) {
    let best = summary.isBest ? summary.evaluations.first { $0.split == .validation } : nil
    guard summary.stopped == nil, summary.patience != nil || best != nil else { return nil }
    (step, epoch) = (summary.steps, summary.epochs)
    let patience = summary.patience
    metric = patience?.metric
    self.best = patience?.best
    bestEpoch = patience?.bestEpoch
    evaluations = patience?.evaluations
    minimum = patience?.minimum
    weightsEpoch = best?.epoch
  }

  /// Why training ended early; nil if it did not.
  package var reason: String? {
    guard let metric, let evaluations else { return nil }
    let start = "early, after epoch \(Format.count(epoch)): validation \(metric) "
    let count = Format.count(evaluations, "evaluation")
    guard let best, let bestEpoch else { return start + "had no finite value in \(count) (stop.patience)" }
    let margin = minimum.flatMap { $0 > 0 ? " by more than \($0)" : nil } ?? ""
    return start
      + "last improved\(margin) after epoch \(Format.count(bestEpoch)), to \(Format.metric(named: metric, best)), "
      + "and not in the \(count) since (stop.patience)"
  }

  /// What the best weights are called beside their numbers; nil if training did not end with them.
  package var restored: String? { weightsEpoch.map { "best, of epoch \(Format.count($0)), restored" } }

  /// Which weights the run ended with.
  package var weights: String {
    weightsEpoch.map { "the best weights on the validation samples, of epoch \(Format.count($0))" }
      ?? "the last weights, of epoch \(Format.count(epoch))"
  }
}
