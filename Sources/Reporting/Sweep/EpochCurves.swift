/// Losses and accuracies of several runs over the epochs.
struct EpochCurves {
  /// A run, and how its lines look.
  struct Run {
    let name: String
    let colour: Int
    var style = Mark.Style.strong
    let columns: EpochColumns
  }

  /// The runs. Each is drawn over those before it.
  let runs: [Run]
  /// The legend, if it is not the names of the runs.
  var legend: [LegendEntry]?

  /// A figure for each quantity that a run has, under the titles of the evaluations' loss and accuracy.
  func figures(loss: String, accuracy: String) -> [Figure] {
    let quantities: [(title: String, label: String, column: String)] = [
      (loss, "loss", "evaluationLoss"), (accuracy, "accuracy (%)", "evaluationAccuracy"),
      ("Training loss by epoch", "training loss", "trainingLoss"),
    ]
    return quantities.compactMap { title, label, column in
      let isAccuracy = column == "evaluationAccuracy"
      let lines = runs.map { run in
        run.columns.points(column).map { Mark.Point(x: $0.x, y: isAccuracy ? $0.y * 100 : $0.y) }
      }
      guard lines.contains(where: { !$0.isEmpty }) else { return nil }
      let marks = zip(runs, lines).map { run, line in
        Mark.line(name: run.name, colour: run.colour, style: run.style, points: line.thinned(to: Frame.columns))
      }
      let x = Axis("epoch")
      return isAccuracy
        ? Figure(title, Chart(x: x, y: Axis(label), marks: marks, shortLegend: legend))
        : Figure.onTwoScales(title, x: x, label: label, unit: "", marks: marks, shortLegend: legend)
    }
  }
}
