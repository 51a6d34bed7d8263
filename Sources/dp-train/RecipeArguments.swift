import ArgumentParser
import DPTrain

/// `[RECIPE] [key=value ...]`, as several subcommands take it.
struct RecipeArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A built-in recipe's name or a YAML file (default: temporal-order), then keys to change, such as batch=64.",
      valueName: "recipe-or-key=value"))
  var words: [String] = []

  /// The recipe with the changes made.
  /// - Throws: `Failure` naming the key, line or file that is wrong.
  func load() throws -> Recipe {
    let named = words.first.flatMap { $0.contains("=") ? nil : $0 }
    return try Recipe.load(named ?? "temporal-order", overrides: Array(named == nil ? words[...] : words.dropFirst()))
  }
}

/// `RUN`, the folder of a finished run, and `[key=value ...]`.
struct RunArguments: ParsableArguments {
  @Argument(help: "The folder of a run.")
  var run: String

  /// The run's recipe, starting from the run's weights, with changes.
  /// - Throws: `Failure` where the folder holds no run.
  func load(overrides: [String]) throws -> Recipe {
    let folder = RunFolder(path: run)
    guard folder.exists else {
      throw Failure(
        .noInput, "\(run) holds no run: there is no \(folder.recipe)",
        advice: "give the folder that train printed, such as runs/temporal-order-20260101-120000")
    }
    return try Recipe.load(folder.recipe, overrides: ["model.weights=\(folder.weights)"] + overrides)
  }
}
