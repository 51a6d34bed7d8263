import Recipes
import Recording
import Training

/// The page about a cross-validation: the table, and the curves of all folds.
package struct FoldsPage {
  private let recipe: Recipe
  private let table: FoldTable
  private let runs: [RunFolder]

  /// The page of the folds' results; the curves are read from the run folders.
  package init(_ recipe: Recipe, _ results: [RunResult], folder: FoldsFolder) {
    self.recipe = recipe
    table = FoldTable(results, monitor: recipe.monitor.monitor)
    runs = results.indices.map { folder.run($0 + 1) }
  }

  /// The page's HTML.
  /// - Throws: `Failure` (software) if a template is damaged.
  package func html() throws -> String {
    try Page(
      title: "\(runs.count) folds of \(recipe.name)",
      subtitle: "each fold is the validation samples once, and trained on otherwise",
      sections: [folds, curves, settings]
    ).html()
  }

  private var folds: Section {
    var section = Section(title: "Folds")
    let rows = table.rows(all: true)
    section.tables = [Table(headings: rows[0], rows: Array(rows.dropFirst()), right: table.right)]
    section.notes = [
      "Metrics are those of the fold's validation samples after the last epoch; best ones are those of the epoch that was best "
        + "on them, which flatters. The deviation is that of a single fold, not of the mean. Folds share most of their "
        + "training samples, so their results depend on each other."
    ]
    return section
  }

  private var curves: Section {
    var section = Section(title: "Curves")
    let tables = runs.map { EpochColumns(path: $0.epochs) }
    let quantities = [
      ("Validation loss by epoch", "loss", "evaluationLoss", 1.0),
      ("Validation accuracy by epoch", "accuracy (%)", "evaluationAccuracy", 100),
      ("Training loss by epoch", "training loss", "trainingLoss", 1),
    ]
    section.figures = quantities.compactMap { title, label, column, factor in
      let lines = tables.map { $0.points(column).map { Mark.Point(x: $0.x, y: $0.y * factor) } }
      guard lines.contains(where: { !$0.isEmpty }) else { return nil }
      let marks = lines.enumerated().map { fold, line in
        Mark.line(name: "fold \(fold + 1)", colour: fold % 6, points: line.thinned(to: Frame.columns))
      }
      guard column != "evaluationAccuracy" else {
        return Figure(title, Chart(x: Axis("epoch"), y: Axis(label), marks: marks))
      }
      return .onTwoScales(title, x: Axis("epoch"), label: label, unit: "", marks: marks)
    }
    return section
  }

  private var settings: Section {
    var section = Section(title: "Settings")
    section.texts = [("The recipe, every key, to copy", recipe.resolvedYAML())]
    return section
  }
}
