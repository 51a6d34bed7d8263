import Foundation
import Recipes
import Recording
import Training

/// Spikes of the loss and unusual gradients: when, how large, from which samples, and what usually helps.
struct SpikeSection {
  let runs: [ReportedRun]

  /// The number of table rows per run, that of rows from which tables are folded at first, and the number of spikes
  /// whose samples are listed.
  private static let (listed, folded, written) = (100, 25, 12)
  /// From here on a small mean of squares no longer causes giant steps.
  private static let usefulEpsilon = 1e-5

  var section: Section {
    var section = Section(title: "Spikes")
    guard runs.contains(where: { !$0.metrics.steps.isEmpty }) else { return section }
    section.notes = rules + runs.map(words)
    guard runs.contains(where: { !$0.findings.isEmpty }) else { return section }
    section.isPaired = runs.count.isMultiple(of: 2)
    section.figures = losses + norms
    section.tables = [curveTable, stepTable].compactMap(\.self)
    section.texts = runs.compactMap { run in
      let samples = run.findings.largest(SpikeSection.written).compactMap { run.batchWords(of: $0) }
      guard !samples.isEmpty else { return nil }
      let isAll = run.findings.spikes.count <= SpikeSection.written
      return (
        "Samples of the batches of \(isAll ? "these spikes" : "the \(SpikeSection.written) largest spikes")"
          + (runs.count > 1 ? ": \(run.name)" : ""), samples.joined(separator: "\n\n")
      )
    }
    section.hints = runs.filter { !$0.findings.spikes.isEmpty }.flatMap(advice)
    if !section.hints.isEmpty { section.notes.append("What usually helps:") }
    return section
  }

  private func owned(_ title: String, _ run: ReportedRun) -> String { runs.count > 1 ? "\(title): \(run.name)" : title }

  /// The losses of single steps, with the same axes for all runs.
  private var losses: [Figure] {
    let marks = runs.map(lossMarks)
    return zip(runs, marks).map { run, own in
      Figure.onTwoScales(
        owned("Loss with its spikes", run), x: Axis("step"), label: "loss",
        unit: runs.allSatisfy(\.hasEntropyLoss) ? "nats" : "", marks: own, spanning: marks.flatMap(\.self))
    }
  }

  private var norms: [Figure] {
    let marks = runs.map(normMarks)
    let axis = Axis.fitting("‖gradient‖₂", unit: "", marks.flatMap(\.self)).spanning(marks.flatMap(\.self))
    return zip(runs, marks).map { run, own in
      Figure(owned("Gradient norm, unusual steps", run), Chart(x: Axis("step"), y: axis, marks: own))
    }
  }

  private var rules: [String] {
    let curve = LossSpikeRule()
    let loss = StepSpikeRule()
    let gradient = GradientOutlierRule()
    return [
      "A curve with one point per epoch, of training or of an evaluation, has a spike if its loss rises above the lowest "
        + "since the last spike by more than \(Digits.value(curve.share * 100)) % of the first loss, which is visible on a "
        + "linear axis.",
      "A step begins a spike if its loss is above the median of the \(loss.window) recorded steps before it by "
        + "more than \(Digits.value(loss.factor)) median absolute deviations and \(Digits.value(loss.share * 100)) % of the "
        + "first loss; the spike lasts until the loss is below that again. A gradient is unusual if its norm is more than "
        + "\(Digits.value(gradient.factor)) times the median of the \(gradient.window) steps before, and by more than "
        + "\(Digits.value(gradient.deviations)) median absolute deviations of the logarithm.",
    ]
  }

  private func words(_ run: ReportedRun) -> String {
    func counted(_ count: Int, _ one: String, _ many: String) -> String {
      count == 0 ? "no \(many)" : count == 1 ? "one \(one)" : "\(Format.count(count)) \(many)"
    }
    let curves = run.findings.curves.map { "\(counted($0.spikes.count, "spike", "spikes")) in \($0.name)" }
    return
      "\(run.name): by epoch \(curves.joined(separator: ", ")); in \(Format.count(run.metrics.steps.count)) recorded "
      + "steps \(counted(run.findings.spikes.count, "spike", "spikes")) and "
      + "\(counted(run.findings.outliers.count, "unusual gradient", "unusual gradients"))."
  }

  /// All spikes of the curves by epoch; nil if there are none.
  private var curveTable: Table? {
    let rows = runs.flatMap { run in
      run.findings.curves.flatMap { curve -> [[String]] in
        let rows = curve.spikes.prefix(SpikeSection.listed).map { spike in
          [curve.name, spike.epochWords, Format.loss(spike.before), Format.loss(spike.peak)]
        }
        let left = curve.spikes.count - rows.count
        return rows + (left > 0 ? [[curve.name, "\(Format.count(left)) later ones", "", ""]] : [])
      }.map { (runs.count > 1 ? [run.name] : []) + $0 }
    }
    guard !rows.isEmpty else { return nil }
    let first = runs.count > 1 ? ["run"] : []
    return Table(
      headings: first + ["curve", "epochs", "loss before", "largest loss"], rows: rows,
      right: Set(first.count + 2..<first.count + 4), summary: summary(rows, "Spikes by epoch"))
  }

  private func summary(_ rows: [[String]], _ text: String) -> String? {
    rows.count < SpikeSection.folded ? nil : text
  }

  /// All spikes of single steps, or the largest and the number of the others; nil if there are none.
  private var stepTable: Table? {
    let rows = runs.flatMap { run -> [[String]] in
      let rows = run.findings.largest(SpikeSection.listed).map { row(run, $0) }
      let left = run.findings.spikes.count - rows.count
      let rest = (runs.count > 1 ? [run.name] : []) + ["\(Format.count(left)) smaller ones", "", "", "", "", ""]
      return rows + (left > 0 ? [rest] : [])
    }
    guard !rows.isEmpty else { return nil }
    return Table(
      headings: (runs.count > 1 ? ["run"] : [])
        + ["steps", "largest loss", "usual loss", "largest gradient norm", "learning rate", "epoch"],
      rows: rows, right: Set(runs.count > 1 ? 2..<7 : 1..<6), summary: summary(rows, "Spikes of single steps"))
  }

  private func lossMarks(_ run: ReportedRun) -> [Mark] {
    let columns = PixelColumns(x: run.metrics.steps, y: run.metrics[.loss], count: run.columns)
    return [
      columns.values(name: "each training step", colour: run.colour),
      .line(name: "smoothed", colour: run.colour, points: columns.smoothed),
      .flags(
        name: "spike", colour: 3,
        points: run.findings.largest(200).map { spike in
          (Mark.Point(x: spike.peakStep, y: spike.peak), spike.words)
        }),
    ]
  }

  private func normMarks(_ run: ReportedRun) -> [Mark] {
    let found = run.findings
    let (steps, norms) = (run.metrics.steps, run.metrics[.gradientNorm])
    let columns = PixelColumns(x: steps, y: norms, count: run.columns)
    let shown = found.outliers.sorted { norms[$0] > norms[$1] }.prefix(200).sorted()
    return [
      run.spikeRules,
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

  /// Advice that the recipe does not follow yet. What helped most in measurements comes first.
  private func advice(_ run: ReportedRun) -> [String] {
    let optimizer = run.recipe.optimizer
    var advice: [String] = []
    if let settings = optimizer as? RMSpropEntry {
      advice.append(
        "use AdamW with means that forget about equally fast (optimizer={name: adamw, beta1: 0.98, beta2: 0.99}), so that an "
          + "unusual gradient cannot make a step much longer than a usual one does")
      if settings.alpha < 0.999 {
        advice.append(
          "give the mean of squares a longer memory (optimizer.alpha=0.999), so that it still knows large gradients after a "
            + "calm time")
      }
    }
    if run.recipe.schedule is ConstantScheduleEntry {
      advice.append(
        "let the learning rate fall (schedule.name=cosine): late in training, a step of the same size leaves the narrow "
          + "valley that the loss has reached")
    }
    if let epsilon = optimizer.rootEpsilon, epsilon < SpikeSection.usefulEpsilon {
      advice.append(
        "give the optimizer a larger ε (optimizer.epsilon=1e-4): after a long time of tiny gradients a usual one, divided "
          + "by the root of their mean square, makes a giant step")
    }
    if optimizer.clipNorm == nil {
      let together =
        optimizer.rootEpsilon == nil
        ? ""
        : "; alone it does little, because the optimizer divides by the gradients' size"
      advice.append("limit the gradient's norm (optimizer.clipNorm=1)\(together)")
    }
    advice.append("use larger batches, whose gradients differ less")
    return advice.map { "\(runs.count > 1 ? run.name + ": " : "")\($0)." }
  }
}

extension ReportedRun {
  /// Lines at the first steps of the largest spikes.
  var spikeRules: Mark {
    .rules(name: "a spike of the loss begins", colour: 3, xs: findings.largest(200).map(\.first))
  }
}

extension Axis {
  /// This axis with ends that show all marks.
  func spanning(_ marks: [Mark]) -> Axis {
    var axis = self
    axis.bounds = domain(of: marks.flatMap(\.ys), isRounded: true)
    return axis
  }
}
