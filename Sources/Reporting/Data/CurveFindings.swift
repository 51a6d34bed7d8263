import Foundation
import Recording
import Training

/// What the curves of a run show: overfitting, underfitting, a plateau, too large a learning rate; or nothing.
///
/// The thresholds follow from what the eye takes for a rise or a flat line on a plot, not from any runs: a tenth of a value is
/// visible beside the noise of its curve, a hundredth of the plot's height is not. `docs/curves.md` gives the reasons.
struct CurveFindings {
  /// A kind of finding.
  enum Kind: CaseIterable {
    case overfitting, underfitting, plateau, largeRate
  }

  /// A finding, with the numbers that show it.
  struct Finding: Equatable {
    let kind: Kind
    /// What is found, such as `Overfitting`.
    let title: String
    /// The evidence, in whole sentences.
    let evidence: String
    /// The epoch whose weights were best, if the finding is about that; for advice.
    var bestEpoch: Double?
  }

  /// The findings, in the order of `Kind`.
  let findings: [Finding]

  /// Examines the metrics of a run. `isFinished`: no more steps follow, so a loss that is still high has had its time.
  /// `isMixed`: the training samples were mixed, so their loss is high in any case.
  init(_ metrics: Metrics, isFinished: Bool, isMixed: Bool = false) {
    guard let curves = Curves(metrics) else {
      findings = []
      return
    }
    findings = [
      curves.overfitting, isFinished && !isMixed ? curves.underfitting : nil, curves.plateau, curves.largeRate,
    ].compactMap(\.self)
  }

  // MARK: Thresholds

  /// The fewest recorded steps and epochs for a judgement.
  static let (fewestSteps, fewestEpochs) = (40, 5)
  /// The parts of equal length that the steps are divided into; each is represented by its median.
  static let blocks = 20
  /// A rise above the lowest evaluation, as a share of it, and as a share of the first evaluation.
  static let (rise, visibleRise) = (0.1, 0.02)
  /// The training loss keeps falling if it falls by this share.
  static let fall = 0.1
  /// A gap: the ratio of the evaluation's loss to that of training; the difference as a share of the first evaluation's loss; and
  /// the difference of the accuracies.
  static let (gap, visibleGap, accuracyGap) = (2.0, 0.1, 0.05)
  /// The training loss is high if it was never below the first share of its start, and the training accuracy is below the second.
  static let (highLoss, highAccuracy) = (0.5, 0.9)
  /// Training and evaluation are alike up to this ratio of the losses.
  static let alike = 1.25
  /// Below this share of the highest learning rate the schedule has ended the training.
  static let usefulRate = 0.1
  /// A flat loss: its change as a share of the start; it matters above the second share of the start and below the accuracy.
  static let (flat, flatLoss, flatAccuracy) = (0.01, 0.2, 0.95)
  /// Divergence: the loss over its lowest value, and the rise as a share of the start; an early peak over the start.
  static let (divergence, visibleDivergence, peak) = (1.5, 0.1, 2.0)
  /// Spikes: the least number, and the least share of the recorded steps.
  static let (spikes, spikeShare) = (5, 0.01)
}

/// The numbers of a run that findings are about.
private struct Curves {
  private typealias Rule = CurveFindings
  typealias Finding = CurveFindings.Finding

  private let metrics: Metrics
  /// The loss before training: the median of the first hundredth of the steps, at most ten.
  private let start: Double
  /// The medians of the losses in parts of equal length.
  private let medians: [Double]
  /// The mean training losses of the epochs.
  private let epochs: [Mark.Point]
  /// The evaluations on validation samples, or on test samples if there are none.
  private let evaluations: [Metrics.Evaluation]

  /// Nil if there are too few steps or epochs for a judgement.
  init?(_ metrics: Metrics) {
    let losses = metrics[.loss]
    epochs = metrics.epochMeans(.loss)
    guard losses.count >= Rule.fewestSteps, epochs.count >= Rule.fewestEpochs else { return nil }
    self.metrics = metrics
    start = Curves.median(losses.prefix(min(10, max(1, losses.count / 100))))
    let blocks = Rule.blocks
    medians = (0..<blocks).map {
      Curves.median(losses[$0 * losses.count / blocks..<($0 + 1) * losses.count / blocks])
    }
    let split = ["validation", "test"].first { metrics.splits.contains($0) } ?? metrics.splits.first
    evaluations = metrics.evaluations.filter { $0.split == split && $0.loss.isFinite }
  }

  /// The median; NaN counts as infinite.
  private static func median(_ values: some Collection<Double>) -> Double {
    let sorted = values.map { $0.isNaN ? .infinity : $0 }.sorted()
    return sorted.isEmpty ? .infinity : sorted[sorted.count / 2]
  }

  private var last: Double { medians[medians.count - 1] }
  private var lowest: Double { medians.min() ?? last }

  /// The mean training loss of the last epoch.
  private var training: Double { epochs.last?.y ?? .infinity }

  /// The training accuracy at the end: the mean of the last part of the steps; nil if there is none.
  private var accuracy: Double? {
    let values = metrics[.accuracy]
    let part = values[values.count - values.count / Rule.blocks..<values.count].filter { !$0.isNaN }
    return part.isEmpty ? nil : part.reduce(0, +) / Double(part.count)
  }

  private var splitName: String { evaluations.first?.split ?? "" }

  /// The evaluations' losses, each the median of itself and its neighbours, so that a lucky one does not count.
  private var calm: [Double] {
    evaluations.indices.map {
      Curves.median(evaluations[max(0, $0 - 1)...min(evaluations.count - 1, $0 + 1)].map(\.loss))
    }
  }

  private func percent(_ share: Double) -> String {
    "\(share >= 0.1 ? Format.count((share * 100).rounded()) : Digits.value(share * 100, significant: 2)) %"
  }

  // MARK: Findings

  /// The evaluation's loss rises while that of training falls; or it is far above that of training.
  var overfitting: Finding? {
    guard evaluations.count >= Rule.fewestEpochs, let end = calm.last, let first = evaluations.first?.loss,
      let best = calm.indices.min(by: { calm[$0] < calm[$1] })
    else { return nil }
    let around = max(0, best - 1)...min(calm.count - 1, best + 1)
    let epoch = evaluations[around].min { $0.loss < $1.loss }?.epoch ?? evaluations[best].epoch
    let before = epochs.last { $0.x <= epoch }?.y ?? .infinity
    if end >= (1 + Rule.rise) * calm[best], end - calm[best] >= Rule.visibleRise * first,
      training <= (1 - Rule.fall) * before
    {
      return Finding(
        kind: .overfitting, title: "Overfitting",
        evidence: "The \(splitName) loss was lowest at epoch \(Format.count(Int(epoch))), "
          + "\(Format.loss(calm[best])), and rose by \(percent(end / calm[best] - 1)) to \(Format.loss(end)), while the "
          + "training loss fell from \(Format.loss(before)) to \(Format.loss(training)).",
        bestEpoch: epoch)
    }
    guard end >= Rule.gap * training, end - training >= Rule.visibleGap * first else { return nil }
    var words = ""
    if let accuracy, let measured = evaluations.last?.accuracy, !measured.isNaN {
      guard accuracy - measured >= Rule.accuracyGap else { return nil }
      words = ", the accuracy \(Format.percent(measured)) against \(Format.percent(accuracy))"
    }
    return Finding(
      kind: .overfitting, title: "Overfitting: a gap between training and \(splitName) samples",
      evidence:
        "At the end the \(splitName) loss is \(Format.loss(end)) against \(Format.loss(training)) in training\(words).",
      bestEpoch: epoch)
  }

  /// The training loss is high at the end, and so is the evaluation's; or training ended while both were falling.
  var underfitting: Finding? {
    guard last < start, last.isFinite else { return nil }
    let isAccurate = (accuracy ?? 0) >= Rule.highAccuracy
    let isAlike = calm.last.map { $0 <= Rule.alike * training } ?? true
    if falls {
      let before = medians[medians.count * 3 / 4 - 1]
      return Finding(
        kind: .underfitting, title: "Underfitting: training ended while the loss still fell",
        evidence: "In the last quarter of the steps the training loss fell by \(percent(1 - last / before)), from "
          + "\(Format.loss(before)) to \(Format.loss(last))"
          + (calm.isEmpty ? "" : ", and the \(splitName) loss was lowest at the end") + ".")
    }
    guard lowest >= Rule.highLoss * start, isAlike, !isAccurate else { return nil }
    let measured = calm.last.map { ", and the \(splitName) loss is \(Format.loss($0))" } ?? ""
    return Finding(
      kind: .underfitting, title: "Underfitting",
      evidence: "The training loss is still \(percent(last / start)) of its start: \(Format.loss(last)) after "
        + "\(Format.loss(start))\(measured)"
        + (accuracy.map { "; \(Format.percent($0)) of the training samples are right" } ?? "")
        + ". If the task allows less, the network does not fit even the samples that it is trained on.")
  }

  /// Whether training ended while its loss and that of the evaluations fell, though the learning rate was not yet small.
  private var falls: Bool {
    let before = medians[medians.count * 3 / 4 - 1]
    let rates = metrics[.learningRate].filter { !$0.isNaN }
    guard before - last >= Rule.visibleRise * start, last <= (1 - Rule.fall) * before, let rate = rates.last,
      rate >= Rule.usefulRate * (rates.max() ?? rate)
    else { return false }
    return calm.isEmpty || calm.suffix(2).min() == calm.min()
  }

  /// The loss is flat in the last two fifths of the steps, and not low.
  var plateau: Finding? {
    let fifth = medians.count / 5
    let (former, latter) = (
      Curves.median(medians[(medians.count - 2 * fifth)..<(medians.count - fifth)]),
      Curves.median(medians[(medians.count - fifth)...])
    )
    guard latter.isFinite, (former - latter).magnitude < Rule.flat * start, latter >= Rule.flatLoss * start,
      (accuracy ?? 0) < Rule.flatAccuracy
    else { return nil }
    let isFromStart = (medians.min() ?? start) > start * (1 - Rule.fall / 2)
    let from = metrics.steps[metrics.steps.count * 3 / 5]
    return Finding(
      kind: .plateau, title: isFromStart ? "Plateau from the start" : "Plateau",
      evidence:
        "From step \(Format.count(Int(from))) on the training loss stays at \(Format.loss(latter)): it changes by "
        + "\(percent((former - latter).magnitude / start)) of its start, \(Format.loss(start))"
        + (isFromStart ? ", and was never below \(Format.loss(lowest))." : "."))
  }

  /// The training loss rises, jumps or is not finite.
  var largeRate: Finding? {
    let sentences = [divergence, peak, spikes, infinite].compactMap(\.self)
    guard !sentences.isEmpty else { return nil }
    let rates = metrics[.learningRate].filter { !$0.isNaN }
    let rate = rates.max().map { " The highest learning rate was \(Digits.value($0, significant: 2))." } ?? ""
    return Finding(
      kind: .largeRate, title: "Too large a learning rate", evidence: sentences.joined(separator: " ") + rate)
  }

  private var divergence: String? {
    guard last >= Rule.divergence * lowest, last - lowest >= Rule.visibleDivergence * start,
      let place = medians.firstIndex(of: lowest)
    else { return nil }
    let step = metrics.steps[(2 * place + 1) * metrics.steps.count / (2 * medians.count)]
    return "The training loss rose from \(Format.loss(lowest)) at about step \(Format.count(Int(step))) to "
      + "\(Format.loss(last)) at the end."
  }

  private var peak: String? {
    guard let place = medians.firstIndex(where: { $0 >= Rule.peak * start }), lowest.isFinite, divergence == nil else {
      return nil
    }
    let step = metrics.steps[(2 * place + 1) * metrics.steps.count / (2 * medians.count)]
    return "The training loss began at \(Format.loss(start)) and was \(Format.loss(medians[place])) at about step "
      + "\(Format.count(Int(step)))."
  }

  private var spikes: String? {
    let count = StepSpikeRule().spikes(in: metrics[.loss]).count
    let steps = metrics.steps.count
    guard count >= Rule.spikes, Double(count) >= Rule.spikeShare * Double(steps) else { return nil }
    return "The loss of single steps has \(Format.count(count)) spikes in \(Format.count(steps)) recorded steps."
  }

  private var infinite: String? {
    let count = metrics[.loss].count { !$0.isFinite } - metrics.stepsOfNothing
    return count == 0 ? nil : "The loss of \(Format.count(count, "recorded step")) is not finite."
  }
}
