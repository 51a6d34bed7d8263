import Recipes
import Recording
import Training

/// The page about a cross-validation: the table, and the curves of all folds.
package struct FoldsPage {
  private let recipe: Recipe
  private let table: FoldTable
  private let runs: [RunFolder]
  private let warning: String?

  /// The page of the folds' results; the curves are read from the run folders. `warning` says why results may not be compared.
  package init(_ recipe: Recipe, _ results: [RunResult], folder: FoldsFolder, warning: String? = nil) {
    self.recipe = recipe
    self.warning = warning
    table = FoldTable(results, monitor: recipe.monitor.monitor)
    runs = results.indices.map { folder.run($0 + 1) }
  }

  /// The page of a folder; nil if not all folds have a result.
  /// - Throws: `Failure` (noInput, configuration) naming what is wrong with the recipe.
  package init?(of folder: FoldsFolder) throws {
    let recipe = try Recipe.load(folder.recipe)
    let count = recipe.foldsToTrain ?? 0
    let results = (0..<count).compactMap { folder.run($0 + 1).readResult() }
    guard count > 0, results.count == count else { return nil }
    self.init(recipe, results, folder: folder)
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
    let weights = recipe.restoreBest ? "with the best weights, which were restored" : "after the last epoch"
    section.notes = [
      "Metrics are those of the fold's validation samples \(weights); best ones are those of the epoch that was best "
        + "on them, which flatters. The deviation is that of a single fold, not of the mean. Folds share most of their "
        + "training samples, so their results depend on each other."
    ]
    if let warning { section.notes.insert(warning, at: 0) }
    return section
  }

  private var curves: Section {
    var section = Section(title: "Curves")
    let lines = runs.enumerated().map { place, run in
      EpochCurves.Run(name: "fold \(place + 1)", colour: place % 6, columns: EpochColumns(path: run.epochs))
    }
    section.figures = EpochCurves(runs: lines).figures(
      loss: "Validation loss by epoch", accuracy: "Validation accuracy by epoch")
    return section
  }

  private var settings: Section {
    var section = Section(title: "Settings")
    section.texts = [("The recipe, every key, to copy", recipe.resolvedYAML())]
    return section
  }
}
