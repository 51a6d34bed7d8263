import ArgumentParser
import DPTrain
import Foundation

/// `[RECIPE] [key=value ...]`, shared by several subcommands.
struct RecipeArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A built-in recipe's name or a YAML file (default: temporal-order), then keys to change, such as batch=64.",
      valueName: "recipe-or-key=value"), completion: Completion.recipeArguments)
  var arguments: [String] = []

  /// The recipe with the changes made; if the arguments name none, the one called `standard`.
  /// - Throws: `Failure` that names the faulty key, line or file.
  func load(otherwise standard: String = "temporal-order") throws -> Recipe {
    do {
      return try Recipe.load(arguments: arguments, default: standard)
    } catch let failure as Failure where failure.exitCode == .usage {
      // A mistyped subcommand is taken for a recipe.
      guard let word = arguments.first, word == CommandLine.arguments.dropFirst().first,
        let command = nearestName(
          to: word, among: Root.configuration.subcommands.compactMap { $0.configuration.commandName })
      else { throw failure }
      throw Failure(
        .usage, "there is no subcommand and no built-in recipe \"\(word)\"",
        advice: "did you mean dp-train \(command)? dp-train --help lists the subcommands, dp-train recipes the recipes")
    }
  }

  /// The recipe, which may be named by a run's folder.
  /// - Throws: `Failure` that names the faulty key, line or file.
  func loadRecipeOrRun() throws -> Recipe {
    guard let first = arguments.first, RunFolder(path: first).exists else { return try load() }
    return try Recipe.load(RunFolder(path: first).recipe, overrides: Array(arguments.dropFirst()))
  }
}

/// `RUN`, the folder of a finished run, and `[key=value ...]`.
struct RunArguments: ParsableArguments {
  @Argument(help: "The folder of a run.", completion: Completion.runs)
  var run: String

  @Flag(help: "Use the weights that were best on the validation samples, not the last.")
  var best = false

  @Flag(help: "Use the weights of the newest checkpoint, also of a run that is not finished.")
  var last = false

  /// The run's recipe with changes, starting from the run's weights.
  /// - Throws: `Failure` if the folder holds no run.
  func load(overrides: [String]) throws -> Recipe {
    let folder = try RunFolder.existing(run)
    try folder.checkRecipe()
    return try Recipe.load(folder.recipe, overrides: ["model.weights=\(try weights(in: folder))"] + overrides)
  }

  /// The file of the weights that the flags choose.
  private func weights(in folder: RunFolder) throws -> String {
    let store = CheckpointStore(path: folder.checkpoints)
    if best { return try store.best().weights }
    if last {
      guard let newest = store.newest(report: { _ in }) else {
        throw Failure(.noInput, "\(run) has no checkpoint yet", advice: "training saves the first one after an epoch")
      }
      return newest.folder.weights
    }
    guard !FileManager.default.fileExists(atPath: folder.weights) else { return folder.weights }
    let ways = [
      store.newest(report: { _ in }) == nil ? nil : "--last takes the weights of its newest checkpoint",
      (try? store.best()) == nil ? nil : "--best those that were best so far",
    ].compactMap(\.self)
    throw Failure(
      .noInput, "\(run) is not finished: there is no \(folder.weights)",
      advice: ways.isEmpty
        ? "nothing of it is saved yet; a stopped run resumes by dp-train train --out \(run) --resume"
        : ways.joined(separator: ", "))
  }

  func validate() throws {
    guard !best || !last else { throw ValidationError("give --best or --last, not both") }
  }

  /// The facts about the training data that the run's folder keeps.
  /// - Throws: `Failure` if that file is missing or damaged.
  func dataFacts() throws -> DataFacts { try RunFolder(path: run).readDataFacts() }

  /// Checks that the data has the same classes and characters as in the training.
  /// - Throws: `Failure` (data) that names both if they differ.
  func check(_ data: DataSplits) throws {
    let (now, then) = (data.training.facts, try dataFacts())
    guard now.classNames == then.classNames, now.alphabet == then.alphabet else {
      let differing =
        now.classNames == then.classNames
        ? ("characters", now.alphabet ?? "", then.alphabet ?? "")
        : ("classes", RunArguments.list(now.classNames), RunArguments.list(then.classNames))
      throw Failure(
        .data, "the data now has the \(differing.0) \(differing.1), but \(run) was trained on \(differing.2)",
        advice: "measure on data with the same classes and characters, or train again")
    }
  }

  /// A list of names; of more than 30, the first ones and their number.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(30).joined(separator: ", ")
    return names.count > 30 ? "\(shown), … (\(Format.count(names.count)))" : shown
  }
}

extension RunFolder {
  /// The folder of a run that exists.
  /// - Throws: `Failure` (noInput) if there is none at `path`.
  static func existing(_ path: String) throws -> RunFolder {
    let folder = RunFolder(path: path)
    guard !FoldsFolder(path: path).exists else {
      throw Failure(
        .noInput, "\(path) holds the folds of a cross-validation", advice: "name one of them, such as \(path)/fold-1")
    }
    let sweep = SweepFolder(path: path)
    guard !sweep.exists else {
      throw Failure(
        .noInput, "\(path) holds a sweep",
        advice: "name one of its runs, such as \(sweep.run(1).path); dp-train report \(path) writes the sweep's page")
    }
    guard folder.exists else {
      throw Failure(
        .noInput, "\(path) holds no run: there is no \(folder.recipe)",
        advice: "give the folder that train printed, such as runs/temporal-order-20260101-120000")
    }
    return folder
  }
}
