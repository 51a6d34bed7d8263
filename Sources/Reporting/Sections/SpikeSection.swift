import Foundation
import Recording
import Training

/// Spikes of the loss and unusual gradients: where, how large, from which samples, and what usually helps.
struct SpikeSection {
  let runs: [ReportedRun]

  private static let listed = 12
  /// From here on a small mean of squares no longer makes giant steps.
  private static let usefulEpsilon = 1e-5

  var section: Section {
    let findings = runs.map { ($0, SpikeFindings($0)) }
    var section = Section(title: "Spikes")
    guard runs.contains(where: { !$0.metrics.steps.isEmpty }) else { return section }
    section.notes = [rule] + findings.map { words($0, $1) }
    let marks = findings.map { lossMarks($0, $1) }
    let norms = findings.map { normMarks($0, $1) }
    // The same axes for all runs, so that they can be compared.
    let lossAxis = Axis.fitting("loss", unit: runs.allSatisfy(\.hasEntropyLoss) ? "nats" : "", marks.flatMap(\.self))
      .spanning(marks.flatMap(\.self))
    let normAxis = Axis.fitting("‖gradient‖₂", unit: "", norms.flatMap(\.self)).spanning(norms.flatMap(\.self))
    func owned(_ title: String, _ run: ReportedRun) -> String { runs.count > 1 ? "\(title): \(run.name)" : title }
    section.isPaired = runs.count.isMultiple(of: 2)
    section.figures = zip(runs, marks).map { run, marks in
      Figure(owned("Loss with its spikes", run), Chart(x: Axis("step"), y: lossAxis, marks: marks))
    }
    section.figures += zip(runs, norms).map { run, marks in
      Figure(owned("Gradient norm, unusual steps", run), Chart(x: Axis("step"), y: normAxis, marks: marks))
    }
    let rows = findings.flatMap { run, found in found.largest(SpikeSection.listed).map { row(run, $0) } }
    if !rows.isEmpty {
      section.tables = [
        Table(
          headings: (runs.count > 1 ? ["run"] : [])
            + ["steps", "largest loss", "usual loss", "largest gradient norm", "learning rate", "epoch"],
          rows: rows, right: Set(runs.count > 1 ? 2..<7 : 1..<6))
      ]
      section.texts = findings.compactMap { run, found in
        let samples = found.largest(SpikeSection.listed).compactMap { run.batchWords(of: $0) }
        return samples.isEmpty
          ? nil
          : ("Samples of these batches\(runs.count > 1 ? ": " + run.name : "")", samples.joined(separator: "\n\n"))
      }
      section.notes.append("What usually helps:")
      section.hints = findings.filter { !$1.spikes.isEmpty }.flatMap { run, _ in advice(run) }
    }
    return section
  }

  private var rule: String {
    let loss = LossSpikeRule.steps
    let gradient = GradientOutlierRule()
    return
      "A spike begins at a step whose loss is above the median of the \(loss.window) recorded steps before it by more "
      + "than \(Digits.value(loss.factor)) median absolute deviations and \(Digits.value(loss.share * 100)) % of the first "
      + "loss, and lasts until the loss is back under that. A gradient is unusual where its norm is more than "
      + "\(Digits.value(gradient.factor)) times the median of the \(gradient.window) steps before, and by more than "
      + "\(Digits.value(gradient.deviations)) median absolute deviations of the logarithm."
  }

  private func words(_ run: ReportedRun, _ found: SpikeFindings) -> String {
    func counted(_ count: Int, _ one: String, _ many: String) -> String {
      count == 0 ? "no \(many)" : count == 1 ? "one \(one)" : "\(Format.count(count)) \(many)"
    }
    return "\(run.name): \(counted(found.spikes.count, "spike", "spikes")) and "
      + "\(counted(found.outliers.count, "unusual gradient", "unusual gradients")) in "
      + "\(Format.count(run.metrics.steps.count)) recorded steps; in the curve of the epochs' means "
      + "\(counted(found.epochSpikes, "spike", "spikes")) (over \(LossSpikeRule().window) epochs, "
      + "\(Digits.value(LossSpikeRule().factor)) deviations)."
  }

  private func lossMarks(_ run: ReportedRun, _ found: SpikeFindings) -> [Mark] {
    let columns = PixelColumns(x: run.metrics.steps, y: run.metrics[.loss], count: run.columns)
    return [
      columns.values(name: "each training step", colour: run.colour),
      .line(name: "smoothed", colour: run.colour, points: columns.smoothed),
      .flags(
        name: "spike", colour: 3,
        points: found.largest(200).map { spike in
          (Mark.Point(x: spike.peakStep, y: spike.peak), spike.words)
        }),
    ]
  }

  private func normMarks(_ run: ReportedRun, _ found: SpikeFindings) -> [Mark] {
    let (steps, norms) = (run.metrics.steps, run.metrics[.gradientNorm])
    let columns = PixelColumns(x: steps, y: norms, count: run.columns)
    let shown = found.outliers.sorted { norms[$0] > norms[$1] }.prefix(200).sorted()
    return [
      columns.values(name: "each step", colour: run.colour),
      .line(name: "smoothed", colour: run.colour, points: columns.smoothed),
      .flags(
        name: "unusual", colour: 3,
        points: shown.filter { norms[$0].isFinite }.map { place in
          let words = "step \(Format.count(Int(steps[place])))\ngradient norm \(Digits.value(norms[place]))"
          return (Mark.Point(x: steps[place], y: norms[place]), words)
        }),
    ]
  }

  private func row(_ run: ReportedRun, _ spike: SpikeFindings.Spike) -> [String] {
    (runs.count > 1 ? [run.name] : []) + [
      spike.stepWords, Format.loss(spike.peak), Format.loss(spike.usual),
      "\(Digits.value(spike.norm)) at \(Format.count(Int(spike.normStep)))", Digits.value(spike.learningRate),
      Digits.value(spike.epoch),
    ]
  }

  /// What usually helps, as far as the recipe does not do it already; what helped most where it was measured comes first.
  private func advice(_ run: ReportedRun) -> [String] {
    let optimizer = run.recipe.optimizer
    var advice: [String] = []
    if case .rmsprop(let settings) = optimizer {
      advice.append("take Adam (optimizer.name=adam), whose mean of past gradients damps what a single batch asks for")
      if settings.alpha < 0.999 {
        advice.append(
          "let the mean of squares remember longer (optimizer.alpha=0.999), so that calm times do not make it forget how "
            + "large gradients can be")
      }
    }
    if case .constant = run.recipe.schedule {
      advice.append(
        "let the learning rate fall (schedule.name=cosine): late in training a step of the same size leads out of the "
          + "narrow valley that the loss has reached")
    }
    if let epsilon = optimizer.epsilon, epsilon < SpikeSection.usefulEpsilon {
      advice.append(
        "give the optimizer a larger ε (optimizer.epsilon=1e-4): after a long time of tiny gradients a common one, divided "
          + "by the root of their mean square, becomes a giant step")
    }
    if optimizer.clipNorm == nil {
      let together =
        optimizer.epsilon == nil
        ? ""
        : "; by itself it does little where the optimizer divides by the "
          + "gradients' size"
      advice.append("limit the gradient's norm (optimizer.clipNorm=1)\(together)")
    }
    advice.append("take larger batches, whose gradients differ less")
    return advice.map { "\(runs.count > 1 ? run.name + ": " : "")\($0)." }
  }
}

extension Axis {
  /// This axis with the ends that show all marks.
  func spanning(_ marks: [Mark]) -> Axis {
    var axis = self
    axis.bounds = domain(of: marks.flatMap(\.ys), isRounded: true)
    return axis
  }
}
