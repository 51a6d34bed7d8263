import ArgumentParser
import DPTrain
import Foundation

/// `[RECIPE] [key=value ...]`, as several subcommands take it.
struct RecipeArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A built-in recipe's name or a YAML file (default: temporal-order), then keys to change, such as batch=64.",
      valueName: "recipe-or-key=value"), completion: Completion.recipeArguments)
  var arguments: [String] = []

  /// The recipe, or if the arguments name none, that of another name or file, with the changes made.
  /// - Throws: `Failure` naming the key, line or file that is wrong.
  func load(otherwise standard: String = "temporal-order") throws -> Recipe {
    do {
      return try Recipe.load(arguments: arguments, default: standard)
    } catch let failure as Failure where failure.exitCode == .usage {
      // The first argument is taken for a recipe if it names no subcommand.
      guard let word = arguments.first, word == CommandLine.arguments.dropFirst().first,
        let command = nearestName(
          to: word, among: Root.configuration.subcommands.compactMap { $0.configuration.commandName })
      else { throw failure }
      throw Failure(
        .usage, "there is no subcommand and no built-in recipe \"\(word)\"",
        advice: "did you mean dp-train \(command)? dp-train --help lists the subcommands, dp-train recipes the recipes")
    }
  }
}

/// `RUN`, the folder of a finished run, and `[key=value ...]`.
struct RunArguments: ParsableArguments {
  @Argument(help: "The folder of a run.", completion: Completion.runs)
  var run: String

  @Flag(help: "Take the weights that were best on the validation samples, not the last.")
  var best = false

  @Flag(help: "Take the weights of the newest checkpoint, as of a run that is not finished.")
  var last = false

  /// The run's recipe, starting from the run's weights, with changes.
  /// - Throws: `Failure` where the folder holds no run.
  func load(overrides: [String]) throws -> Recipe {
    let folder = try RunFolder.existing(run)
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
        ? "nothing of it is saved yet; a run that was stopped goes on by dp-train train --out \(run) --resume"
        : ways.joined(separator: ", "))
  }

  func validate() throws {
    guard !best || !last else { throw ValidationError("give --best or --last, not both") }
  }

  /// What the run's data source found in its files.
  /// - Throws: `Failure` where that file is missing or damaged.
  func dataFacts() throws -> DataFacts { try RunFolder(path: run).readDataFacts() }

  /// Makes sure that the data still means what it did when the run was trained.
  /// - Throws: `Failure` (data) naming the classes or characters of both.
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

  /// Names, of very many the first ones.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(30).joined(separator: ", ")
    return names.count > 30 ? "\(shown), … (\(Format.count(names.count)))" : shown
  }
}

extension RunFolder {
  /// The folder of a run that was begun.
  /// - Throws: `Failure` (noInput) where there is none at `path`.
  static func existing(_ path: String) throws -> RunFolder {
    let folder = RunFolder(path: path)
    guard folder.exists else {
      throw Failure(
        .noInput, "\(path) holds no run: there is no \(folder.recipe)",
        advice: "give the folder that train printed, such as runs/temporal-order-20260101-120000")
    }
    return folder
  }
}
