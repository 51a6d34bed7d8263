import Foundation

/// The folder of a cross-validation: the recipe, a run folder for each fold, and at the end a table and a page.
package struct FoldsFolder: Sendable {
  /// The folder's path.
  package let path: String

  /// Takes a folder's path.
  package init(path: String) {
    self.path = path
  }

  /// The recipe of all folds.
  package var recipe: String { RunFolder(path: path).recipe }
  /// The table of all folds.
  package var table: String { path + "/folds.csv" }
  /// The page.
  package var page: String { path + "/folds.html" }
  /// A file that makes the job save and stop.
  package var stop: String { path + "/stop" }

  /// The run folder of a fold, counted from 1.
  package func run(_ fold: Int) -> RunFolder { RunFolder(path: "\(path)/fold-\(fold)") }

  /// The run folders that exist, in the order of the folds.
  package var runs: [RunFolder] {
    var found: [RunFolder] = []
    while run(found.count + 1).exists { found.append(run(found.count + 1)) }
    return found
  }

  /// Whether the folder holds folds, and not a run.
  package var exists: Bool {
    run(1).exists && !FileManager.default.fileExists(atPath: RunFolder(path: path).environment)
  }
}
