import Foundation
import Recording
import Reporting

/// Cross-validation: trains the folds of a recipe one after the other, each in a run folder within that of the job.
///
/// A fold is done if its folder has a result of its recipe, whoever trained it: a job before, or one with `data.fold`. So a job
/// that was killed between folds or within one is resumed like any other.
final class FoldsRun {
  private let recipe: Recipe
  private let job: TrainingJob
  private let count: Int
  /// The folder on rank 0; nil on others.
  private var folder: FoldsFolder?
  private var lock: RunLock?
  /// The training of the first fold that is not done, prepared; nil if all are done.
  private var prepared: TrainingRun?

  /// Prepares the first fold that is not done. Every rank calls it, within `agree`.
  init(_ recipe: Recipe, count: Int, job: TrainingJob, _ communicator: any Communicator) throws {
    self.recipe = recipe
    self.job = job
    self.count = count
    try job.checkResumption(of: recipe)
    let existing = job.resumes ? job.out.map(FoldsFolder.init(path:)) : nil
    let first = communicator.isRoot ? (1...count).first { result(of: $0, in: existing) == nil } ?? count + 1 : 0
    let next = try communicator.gatherWithinAgreement(first)[0]
    if next <= count {
      prepared = try prepare(next, communicator)
    } else if communicator.isRoot {
      folder = existing
    }
  }

  /// Describes the work, which must be the same on all ranks.
  var description: String { prepared?.description ?? "all folds are done" }

  /// Trains all folds that are not done, to the end or to the time limit. Returns the summary of the last one.
  func train(_ communicator: any Communicator, until limit: TimeLimit?) throws -> RunSummary {
    if let folder { try RunFolder(path: folder.path).write(recipe.resolvedYAML(), to: folder.recipe) }
    let warning = folder.flatMap(dataChange)
    if let warning { Terminal.warn(warning) }
    for fold in 1...count {
      let isDone = try communicator.text(result(of: fold, in: folder) == nil ? "" : "done", from: 0) == "done"
      if isDone {
        say("fold \(fold) of \(count) was trained before\n")
        continue
      }
      let run = try prepared ?? agree(communicator, fold)
      prepared = nil
      say("\(fold == 1 ? "" : "\n")fold \(fold) of \(count)\n")
      let summary = try run.train(communicator, until: limit)
      lock?.release()
      lock = nil
      guard summary.stopped == nil else {
        if let folder { unlink(folder.stop) }
        return summary
      }
    }
    let results = try folder.map { folder in
      try (1...count).map { fold in
        guard let result = result(of: fold, in: folder) else {
          throw Failure(.noInput, "\(folder.run(fold).result) was written, but can no longer be read")
        }
        return result
      }
    }
    if let folder, let results { try conclude(results, folder: folder, warning: warning) }
    let last = try communicator.text(results?.last?.json() ?? "", from: 0)
    return try RunResult(json: Data(last.utf8)).summary
  }

  /// A warning if the data is not the same for all folds. Of a fold within which it changed, its own training warns.
  private func dataChange(in folder: FoldsFolder) -> String? {
    let done = (1...count).filter { result(of: $0, in: folder) != nil }
    return DataChanges.warning(
      done.map(folder.run), open: done.count < count ? [recipe] : [], noun: "fold", job: "cross-validation")
  }

  /// Prepares a fold on all ranks.
  private func agree(_ communicator: any Communicator, _ fold: Int) throws -> TrainingRun {
    try CommonFailure.marking {
      try Session.agree(communicator, \.description) { try prepare(fold, communicator) }
    }
  }

  private func say(_ text: String) {
    if folder != nil { Terminal.write(text) }
  }

  /// The result of a fold; nil if it is not done.
  private func result(of fold: Int, in folder: FoldsFolder?) -> RunResult? {
    guard let run = folder?.run(fold), let result = run.readResult(),
      let former = try? recipe.parseFormer(result.recipe, file: run.result)
    else { return nil }
    return recipe.ofFold(fold).hasResult(of: former) ? result : nil
  }

  private func prepare(_ fold: Int, _ communicator: any Communicator) throws -> TrainingRun {
    var job = job
    job.out = job.out.map { FoldsFolder(path: $0).run(fold).path }
    return try job.prepare(recipe.ofFold(fold), communicator) { [self] in
      let folder = try folder ?? makeFolder()
      self.folder = folder
      let run = try RunFolder.create(name: recipe.name, out: folder.run(fold).path, resumes: job.resumes)
      lock = try job.lock(run)
      return (
        run,
        TrainingPart(
          stopFile: folder.stop, resumption: "dp-train train --out \(folder.path) --resume")
      )
    }
  }

  /// Makes the job's folder on rank 0, and keeps other jobs out of it until this one ends.
  private func makeFolder() throws -> FoldsFolder {
    let run = try job.createFolder(name: recipe.name)
    try job.lock(run)
    return FoldsFolder(path: run.path)
  }

  private func conclude(_ results: [RunResult], folder: FoldsFolder, warning: String?) throws {
    let table = FoldTable(results, monitor: recipe.monitor.monitor)
    let run = RunFolder(path: folder.path)
    try run.write(table.csv, to: folder.table)
    try run.write(FoldsPage(recipe, results, folder: folder, warning: warning).html(), to: folder.page)
    Terminal.write("\n" + Format.table(table.rows(all: false), right: table.right) + "\n")
    Terminal.write(Format.table([["table", folder.table], ["page", folder.page]]))
  }
}
