import Foundation
import Recording
import Training

/// The spikes of a run's loss and its unusual gradients.
struct SpikeFindings {
  /// One spike with what went with it.
  struct Spike {
    /// The first step and the last.
    let first, last: Double
    /// The step of the largest loss, and that loss.
    let peakStep, peak: Double
    /// The loss of the step before.
    let usual: Double
    /// The largest gradient norm from the step before on, whose update led into the spike, and its step.
    let norm, normStep: Double
    /// The learning rate at the beginning.
    let learningRate: Double
    let epoch: Double

    /// The steps, for example `638` or `638–641`.
    var stepWords: String {
      first == last ? Format.count(Int(first)) : "\(Format.count(Int(first)))–\(Format.count(Int(last)))"
    }

    /// What is shown on hovering.
    var words: String {
      "spike, step \(stepWords)\nloss \(Format.loss(peak)) after \(Format.loss(usual))\n"
        + "gradient norm \(Digits.value(norm)) at step \(Format.count(Int(normStep)))\n"
        + "learning rate \(Digits.value(learningRate))"
    }
  }

  let spikes: [Spike]
  /// The places of unusual gradients among the recorded steps.
  let outliers: [Int]
  /// Spikes of the curve of the epochs' mean losses, by the rule for such curves.
  let epochSpikes: Int

  /// Looks for them in what was recorded.
  init(_ run: ReportedRun) {
    let metrics = run.metrics
    let (steps, losses, norms) = (metrics.steps, metrics[.loss], metrics[.gradientNorm])
    let (rates, epochs) = (metrics[.learningRate], metrics.epochs)
    epochSpikes = LossSpikeRule().spikes(in: metrics.epochMeans(.loss).map(\.y)).count
    outliers = GradientOutlierRule().outliers(in: norms)
    spikes = LossSpikeRule.steps.spikes(in: losses).map { spike in
      let before = max(0, spike.range.lowerBound - 1)
      let around = before..<spike.range.upperBound
      let peak = spike.range.first { losses[$0] == spike.peak } ?? spike.range.lowerBound
      let norm = around.max { (norms[$0].isNaN ? .infinity : norms[$0]) < (norms[$1].isNaN ? .infinity : norms[$1]) }
      return Spike(
        first: steps[spike.range.lowerBound], last: steps[spike.range.upperBound - 1], peakStep: steps[peak],
        peak: losses[peak], usual: losses[before], norm: norms[norm ?? before], normStep: steps[norm ?? before],
        learningRate: rates[spike.range.lowerBound], epoch: epochs[spike.range.lowerBound])
    }
  }

  /// The largest spikes, in their order.
  func largest(_ count: Int) -> [Spike] {
    let chosen = spikes.sorted { ($0.peak.isNaN ? .infinity : $0.peak) > ($1.peak.isNaN ? .infinity : $1.peak) }
    return chosen.prefix(count).sorted { $0.first < $1.first }
  }
}
