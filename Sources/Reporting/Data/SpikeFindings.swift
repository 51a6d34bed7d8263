import Foundation
import Recording
import Training

/// The spikes of a run's losses, and its unusual gradients.
struct SpikeFindings {
  /// One spike in the losses of single steps, with related numbers.
  struct Spike {
    /// The first step and the last.
    let first, last: Double
    /// The step of the largest loss, and that loss.
    let peakStep, peak: Double
    /// The loss of the step before.
    let usual: Double
    /// The largest gradient norm from the step before on, and its step; that update led into the spike.
    let norm, normStep: Double
    /// The learning rate at the spike's beginning.
    let learningRate: Double
    let epoch: Double

    /// The steps, for example `638` or `638–641`.
    var stepWords: String { SpikeFindings.words(first, last) }

    /// The text shown on hovering.
    var words: String {
      "spike, step \(stepWords)\nloss \(Format.loss(peak)) after \(Format.loss(usual))\n"
        + "gradient norm \(Digits.value(norm)) at step \(Format.count(Int(normStep)))\n"
        + "learning rate \(Digits.value(learningRate))"
    }
  }

  /// One spike of a curve with one point per epoch.
  struct CurveSpike {
    /// The first epoch and the last.
    let first, last: Double
    /// The epoch of the largest loss, and that loss.
    let peakEpoch, peak: Double
    /// The loss of the point before.
    let before: Double

    /// The epochs, for example `21` or `47–48`.
    var epochWords: String { SpikeFindings.words(first, last) }

    /// The text shown on hovering.
    var words: String { "spike, epoch \(epochWords)\nloss \(Format.loss(peak)) after \(Format.loss(before))" }
  }

  /// A curve with one point per epoch.
  struct Curve {
    /// What it shows, such as `training, mean of the epoch`.
    let name: String
    let spikes: [CurveSpike]
  }

  /// The spikes of single steps.
  let spikes: [Spike]
  /// The indices of unusual gradients among the recorded steps.
  let outliers: [Int]
  /// The epochs' mean losses, and the losses of each evaluated part of the data.
  let curves: [Curve]

  /// Finds them in the metrics.
  init(_ metrics: Metrics) {
    let (steps, losses, norms) = (metrics.steps, metrics[.loss], metrics[.gradientNorm])
    let (rates, epochs) = (metrics[.learningRate], metrics.epochs)
    let means = metrics.epochMeans(.loss)
    curves =
      [SpikeFindings.curve("training, mean of the epoch", means)]
      + metrics.splits.map { split in
        SpikeFindings.curve(
          split, metrics.evaluations.filter { $0.split == split }.map { Mark.Point(x: $0.epoch, y: $0.loss) })
      }
    outliers = GradientOutlierRule().outliers(in: norms)
    spikes = StepSpikeRule().spikes(in: losses).map { spike in
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

  private static func curve(_ name: String, _ points: [Mark.Point]) -> Curve {
    Curve(
      name: name,
      spikes: LossSpikeRule().spikes(in: points.map(\.y)).map { spike in
        let peak = spike.range.first { points[$0].y == spike.peak } ?? spike.range.lowerBound
        return CurveSpike(
          first: points[spike.range.lowerBound].x, last: points[spike.range.upperBound - 1].x,
          peakEpoch: points[peak].x,
          peak: points[peak].y, before: points[spike.range.lowerBound - 1].y)
      })
  }

  /// Whether there are no spikes and no unusual gradients.
  var isEmpty: Bool { spikes.isEmpty && outliers.isEmpty && curves.allSatisfy(\.spikes.isEmpty) }

  /// The largest spikes of single steps, in order of time.
  func largest(_ count: Int) -> [Spike] {
    let chosen = spikes.sorted { ($0.peak.isNaN ? .infinity : $0.peak) > ($1.peak.isNaN ? .infinity : $1.peak) }
    return chosen.prefix(count).sorted { $0.first < $1.first }
  }

  fileprivate static func words(_ first: Double, _ last: Double) -> String {
    first == last ? Format.count(Int(first)) : "\(Format.count(Int(first)))–\(Format.count(Int(last)))"
  }

  /// The first steps of spikes, and the steps of unusual gradients.
  func unusualSteps(of metrics: Metrics) -> Set<Int> {
    let steps = spikes.flatMap { [$0.first, $0.normStep] } + outliers.map { metrics.steps[$0] }
    return Set(steps.compactMap { Int(exactly: $0) })
  }
}
