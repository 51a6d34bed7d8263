import ArgumentParser
import DPTrain

/// `dp-train recipes`.
struct RecipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipes", abstract: "List the built-in recipes, or print one, ready to copy and edit.",
    discussion: "Example: dp-train recipes temporal-order > my.yaml")

  @Argument(help: "The recipe to print.", completion: .list(BuiltInRecipes.all.map(\.name)))
  var name: String?

  func run() throws {
    guard Launch().expectedRank == 0 else { return }
    if let name {
      Terminal.write(try BuiltInRecipes.recipe(named: name).text)
    } else {
      Terminal.write(Format.table(BuiltInRecipes.all.map { [$0.name, $0.summary] }))
    }
  }
}
