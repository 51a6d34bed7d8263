import Diagnostics

/// A recipe that is part of the program.
public struct BuiltInRecipe: Sendable {
  /// Its name on the command line.
  public let name: String
  /// One line on what it trains.
  public let summary: String
  /// Its commented YAML, ready to copy and edit.
  public let text: String
}

/// The recipes that are part of the program.
public enum BuiltInRecipes {
  /// Every built-in recipe. The first is the one that the program trains by default.
  public static let all: [BuiltInRecipe] = [
    .temporalOrder, .temporalOrderRNN, .temporalOrderNormal, .temporalOrderModerate, .temporalOrderHard,
    .temporalOrderNightmare, .temporalOrderSpikes, .temporalOrderNoSpikes, .echo, .echoVariable, .echoBinary,
    .mnist, .cifar, .names, .catsDogs, .finetune, .timeSeries, .timeSeriesGRU, .inceptionTime,
  ]

  /// Finds a built-in recipe by name.
  /// - Throws: `Failure` (usage) suggesting the nearest name if there is none.
  public static func recipe(named name: String) throws -> BuiltInRecipe {
    if let recipe = all.first(where: { $0.name == name }) { return recipe }
    if Registry.builtIn.networks.contains(where: { $0.name == name }) {
      throw Failure(
        .usage, "\(name) is a network, not a recipe",
        advice:
          "name it in a recipe, model: {network: \(name)}, or in place of a recipe's layers: RECIPE model.network=\(name)"
      )
    }
    let nearest = nearestName(to: name, among: all.map(\.name)).map { "did you mean \($0)? " } ?? ""
    throw Failure(
      .usage, "there is no built-in recipe \"\(name)\"",
      advice:
        "\(nearest)there are \(all.map(\.name).joined(separator: ", ")); a file's name ends in .yaml or contains a /")
  }
}
