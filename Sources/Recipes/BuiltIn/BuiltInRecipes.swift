import Diagnostics

/// A recipe that comes with the program.
public struct BuiltInRecipe: Sendable {
  /// What the command line calls it.
  public let name: String
  /// One line on what it trains.
  public let summary: String
  /// Its commented YAML, ready to copy and edit.
  public let text: String
}

/// The recipes that come with the program.
public enum BuiltInRecipes {
  /// Every one, the first being what the program trains by default.
  public static let all: [BuiltInRecipe] = [
    .temporalOrder, .temporalOrderRNN, .temporalOrderNormal, .temporalOrderModerate, .temporalOrderHard,
    .temporalOrderNightmare, .temporalOrderSpikes, .temporalOrderNoSpikes, .echo, .echoVariable, .echoBinary,
    .mnist, .names, .catsDogs,
  ]

  /// The recipe of that name.
  ///
  /// - Throws: a `Failure` (`.usage`) that names the nearest one.
  public static func recipe(named name: String) throws -> BuiltInRecipe {
    if let recipe = all.first(where: { $0.name == name }) { return recipe }
    let nearest = nearestName(to: name, among: all.map(\.name)).map { "did you mean \($0)? " } ?? ""
    throw Failure(
      .usage, "there is no built-in recipe \"\(name)\"",
      advice:
        "\(nearest)there are \(all.map(\.name).joined(separator: ", ")); a file's name ends in .yaml or contains a /")
  }
}
