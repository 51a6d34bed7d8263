import Layers
import Recipes
import Recording
import Training

/// What the curves say: each finding with its evidence and what usually helps. Empty if they show nothing.
struct FindingSection {
  let runs: [ReportedRun]

  var section: Section {
    var section = Section(title: "What the curves say")
    section.findings = runs.flatMap { run in
      CurveFindings(
        run.metrics, isFinished: run.isFinished, isMixed: run.recipe.mix != MixSettings()
      ).findings.map { finding in
        Section.Finding(
          title: (runs.count > 1 ? "\(run.name): " : "") + finding.title, text: finding.evidence,
          hints: CurveAdvice(run: run, finding: finding).hints)
      }
    }
    guard !section.findings.isEmpty else { return section }
    section.texts = [("The rules behind this", FindingSection.rules)]
    return section
  }

  private static var rules: String {
    typealias Rule = CurveFindings
    func percent(_ share: Double) -> String { "\(Digits.value(share * 100)) %" }
    return """
      The rules were set beforehand; docs/curves.md gives their reasons. They need \(Rule.fewestSteps) recorded steps and
      \(Rule.fewestEpochs) epochs. The loss of steps is taken as the medians of \(Rule.blocks) parts of equal length, its start as the
      median of the first hundredth of the steps, at most ten. Evaluations are those on validation samples, or on test samples
      if there are none, each as the median of itself and its neighbours.

      Overfitting: the last evaluation's loss is \(percent(Rule.rise)) above the lowest, which is at least \(percent(Rule.visibleRise)) of the first
      one, and the training loss fell by \(percent(Rule.fall)) since; or it is at least \(Digits.value(Rule.gap)) times the training loss, by
      \(percent(Rule.visibleGap)) of the first evaluation's loss, and its accuracy, if there is one, \(percent(Rule.accuracyGap)) below that of training.

      Underfitting, of a finished run: the training loss was never below \(percent(Rule.highLoss)) of its start, the evaluation's loss is at most
      \(Digits.value(Rule.alike)) times as high, and less than \(percent(Rule.highAccuracy)) of the training samples are right; or both losses still fell, that of
      training by \(percent(Rule.fall)) in the last quarter, and the learning rate was still above \(percent(Rule.usefulRate)) of its highest.

      Plateau: from the last but one fifth of the steps to the last the training loss changes by less than \(percent(Rule.flat)) of its
      start, it is above \(percent(Rule.flatLoss)) of its start, and less than \(percent(Rule.flatAccuracy)) of the training samples are right.

      Too large a learning rate: the training loss ends at \(Digits.value(Rule.divergence)) times its lowest, by \(percent(Rule.visibleDivergence)) of its start; or it was
      \(Digits.value(Rule.peak)) times its start; or at least \(Rule.spikes) steps and \(percent(Rule.spikeShare)) of all are spikes; or it is not finite.
      """
  }
}
