import Recipes
import Recording
import Training

/// Loss, accuracy, gradient norm and learning rate, by step and by epoch.
struct CurveSection {
  let runs: [ReportedRun]

  /// The colours of evaluated parts of the data, if one run is shown. With several, each run has its colour.
  static let splitColours = ["test": 1, "validation": 2]

  var section: Section {
    var section = Section(title: "Learning curves")
    guard runs.contains(where: { !$0.metrics.steps.isEmpty }) else {
      section.notes = ["No step is recorded yet."]
      return section
    }
    let accuracy = runs.contains { $0.metrics.has(.accuracy) }
    section.figures = [bySteps("Loss by step", .loss), byEpochs("Loss by epoch", .loss)]
    if accuracy {
      section.figures += [bySteps("Accuracy by step", .accuracy), byEpochs("Accuracy by epoch", .accuracy)]
    }
    section.figures += [norm, rate]
    section.notes = [
      "Values by step are those of each batch before its update. Pale areas reach from the least to the greatest value "
        + "of the steps that share a place, so that no outlier is lost."
    ]
    return section
  }

  private func factor(_ quantity: Metrics.Quantity) -> Double { quantity == .accuracy ? 100 : 1 }

  /// A chart of losses or accuracies.
  private func figure(_ title: String, _ quantity: Metrics.Quantity, x: String, _ marks: [Mark]) -> Figure {
    guard quantity == .loss else {
      return Figure(title, Chart(x: Axis(x), y: Axis("accuracy (%)"), marks: marks, shortLegend: shortLegend(marks)))
    }
    let unit = runs.allSatisfy(\.hasEntropyLoss) ? "nats" : "units of the loss"
    return .onTwoScales(
      title, x: Axis(x), label: "loss", unit: unit, marks: marks, shortLegend: shortLegend(marks))
  }

  private func bySteps(_ title: String, _ quantity: Metrics.Quantity) -> Figure {
    var (faint, strong): ([Mark], [Mark]) = ([], [])
    for run in runs {
      let values = run.metrics[quantity].map { $0 * factor(quantity) }
      let columns = PixelColumns(x: run.metrics.steps, y: values, count: run.columns)
      let prefix = runs.count > 1 ? run.name + ": " : ""
      let colour = runs.count > 1 ? run.colour : 0
      faint.append(columns.values(name: prefix + "each training step", colour: colour))
      let width = Digits.value(columns.smoothedWidth.rounded(), significant: 2)
      strong.append(
        .line(name: prefix + "training, smoothed over \(width) steps", colour: colour, points: columns.smoothed))
      strong += evaluations(run, quantity, at: \.step)
    }
    return figure(title, quantity, x: "step", faint + strong)
  }

  private func byEpochs(_ title: String, _ quantity: Metrics.Quantity) -> Figure {
    let marks = runs.flatMap { run in
      let means = run.metrics.epochMeans(quantity).map { Mark.Point(x: $0.x, y: $0.y * factor(quantity)) }
      let training = Mark.line(
        name: (runs.count > 1 ? run.name + ": " : "") + "training, mean of the epoch",
        colour: runs.count > 1 ? run.colour : 0, points: means.thinned(to: run.columns))
      return [training] + evaluations(run, quantity, at: \.epoch)
    }
    // Drawn last, so that no curve hides them.
    let flags = quantity == .loss ? runs.map(spikes) : []
    return figure(title, quantity, x: "epoch", marks + flags)
  }

  /// The spikes of a run's curves by epoch.
  private func spikes(_ run: ReportedRun) -> Mark {
    .flags(
      name: "spike", colour: 3,
      points: run.findings.curves.flatMap { curve in
        curve.spikes.filter { $0.peak.isFinite }.prefix(200).map { spike in
          let owner = runs.count > 1 ? "\(run.name), \(curve.name)" : curve.name
          return (Mark.Point(x: spike.peakEpoch, y: spike.peak), "\(owner)\n\(spike.words)")
        }
      })
  }

  /// A legend for several runs: each run's colour, and the kinds of lines.
  private func shortLegend(_ marks: [Mark]) -> [LegendEntry]? {
    guard runs.count > 1 else { return nil }
    let swatches = marks.compactMap { $0.legend?.swatch }
    var kinds: [LegendEntry] = []
    if swatches.contains(where: { $0.hasPrefix("area") || $0.hasSuffix("faint") }) {
      kinds.append(LegendEntry(name: "each training step", swatch: "area b1"))
    }
    kinds.append(LegendEntry(name: "training, smoothed or mean of the epoch", swatch: "line"))
    if swatches.contains(where: { $0.hasSuffix("dotted") }) {
      kinds.append(LegendEntry(name: "evaluations", swatch: "line dotted"))
    }
    if swatches.contains(where: { $0.hasPrefix("flag") }) {
      kinds.append(LegendEntry(name: "spike", swatch: "flag c3"))
    }
    return runs.map { LegendEntry(name: $0.name, swatch: "square c\($0.colour)") } + kinds
  }

  /// A line for each evaluated part of the data.
  private func evaluations(
    _ run: ReportedRun, _ quantity: Metrics.Quantity, at place: KeyPath<Metrics.Evaluation, Double>
  ) -> [Mark] {
    run.metrics.splits.map { split in
      let points = run.metrics.evaluations.filter { $0.split == split }.map { evaluation in
        Mark.Point(
          x: evaluation[keyPath: place],
          y: (quantity == .loss ? evaluation.loss : evaluation.accuracy) * factor(quantity))
      }
      let alone = runs.count == 1
      return .line(
        name: alone ? split : "\(run.name): \(split)",
        colour: alone ? CurveSection.splitColours[split] ?? 3 : run.colour, style: .dotted,
        points: points.thinned(to: run.columns))
    }
  }

  private var norm: Figure {
    let marks = runs.flatMap { run in
      let columns = PixelColumns(x: run.metrics.steps, y: run.metrics[.gradientNorm], count: run.columns)
      let prefix = runs.count > 1 ? run.name + ": " : ""
      return [
        columns.values(name: prefix + "each step", colour: run.colour),
        Mark.line(name: prefix + "smoothed", colour: run.colour, points: columns.smoothed),
      ]
    }
    let note = ["The Euclidean norm of the whole gradient, before clipping."] + runs.compactMap(\.shorteningWords)
    return Figure(
      "Gradient norm", note: note.joined(separator: " "),
      Chart(
        x: Axis("step"), y: .fitting("‖gradient‖₂", unit: "", marks), marks: marks, shortLegend: shortLegend(marks)))
  }

  private var rate: Figure {
    let marks = runs.map { run in
      let columns = PixelColumns(x: run.metrics.steps, y: run.metrics[.learningRate], count: run.columns)
      return Mark.line(name: runs.count > 1 ? run.name : "learning rate", colour: run.colour, points: columns.means)
    }
    return Figure(
      "Learning rate", Chart(x: Axis("step"), y: Axis("learning rate", includesZero: true), marks: marks))
  }
}

extension Axis {
  /// An axis that is logarithmic if the marks' values differ by more than a factor of 30.
  static func fitting(_ label: String, unit: String, _ marks: [Mark]) -> Axis {
    let values = marks.lazy.flatMap { $0.ys }.filter { $0.isFinite }
    let (low, high) = (values.filter { $0 > 0 }.min() ?? 1, values.max() ?? 1)
    let isLogarithmic = high > 30 * low && !values.contains { $0 < 0 }
    let words = [unit, isLogarithmic ? "logarithmic" : ""].filter { !$0.isEmpty }.joined(separator: ", ")
    return Axis(
      label + (words.isEmpty ? "" : " (\(words))"), isLogarithmic: isLogarithmic, includesZero: !isLogarithmic)
  }
}

extension ReportedRun {
  /// How many gradients were shortened; nil if none ever is.
  fileprivate var shorteningWords: String? {
    guard let outliers = recipe.outliers, let count = metrics[.shortenedSteps].last(where: \.isCount) else {
      return nil
    }
    let steps = Format.count(Int(metrics.steps.last ?? 0), "step")
    return
      "\(name) shortened \(Format.count(Int(count))) gradients in \(steps), to \(Digits.value(outliers.limit)) times the "
      + "median norm of the \(outliers.window) steps before."
  }

  /// Whether the loss is an entropy, measured in nats.
  var hasEntropyLoss: Bool {
    recipe.loss is CrossEntropyEntry || recipe.loss is BinaryCrossEntropyEntry
  }
}
