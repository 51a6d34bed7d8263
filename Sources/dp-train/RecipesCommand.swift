import ArgumentParser
import DPTrain

/// `dp-train recipes`.
struct RecipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipes",
    abstract: "List the built-in recipes or networks, or print a recipe, ready to copy and edit.",
    discussion: """
      Examples: dp-train recipes temporal-order > my.yaml
                dp-train recipes my.yaml batch=64 --resolved
      """)

  @Argument(
    help: ArgumentHelp(
      "The built-in recipe to print; with --resolved also a YAML file, and keys to change.", valueName: "recipe"),
    completion: .list(BuiltInRecipes.all.map(\.name)))
  var arguments: [String] = []

  @Flag(help: "Print the recipe with every key written out and explained.")
  var resolved = false

  @Flag(help: "List the built-in networks, for model.network, with their parameters and operations.")
  var networks = false

  @Flag(help: "Print the reference of all keys, in Markdown.")
  var reference = false

  @Flag(help: "Print the JSON Schema of recipes, for editors.")
  var schema = false

  func validate() throws {
    guard [resolved, networks, reference, schema].count(where: { $0 }) <= 1 else {
      throw ValidationError("--resolved, --networks, --reference and --schema exclude each other")
    }
    if resolved && arguments.isEmpty { throw ValidationError("--resolved needs the recipe to print") }
    if (networks || reference || schema) && !arguments.isEmpty {
      throw ValidationError("--networks, --reference and --schema take no recipe; leave \(arguments[0]) out")
    }
    if !resolved && arguments.count > 1 {
      throw ValidationError("one recipe is printed as it is; for \(arguments[1]) give --resolved, too")
    }
  }

  func run() throws {
    if reference {
      Terminal.write(RecipeReference.text)
    } else if networks {
      let rows = try NetworkFacts.all().map { network in
        [
          network.name, "\(network.input)", Format.count(network.parameters),
          Format.thousands(network.operations / 1000), network.doc,
        ]
      }
      Terminal.write(Format.table([["network", "input", "parameters", "MFLOP forward", ""]] + rows, right: [2, 3]))
    } else if schema {
      Terminal.write(RecipeSchema.text)
    } else if resolved {
      Terminal.write(
        try Recipe.load(arguments[0], overrides: Array(arguments.dropFirst())).resolvedYAML(comments: true))
    } else if let file = arguments.first, Recipe.isPath(file) {
      _ = try Recipe.load(file)
      throw Failure(
        .usage, "\(file) is a file, not a built-in recipe", advice: "--resolved prints it with every key written out")
    } else if let name = arguments.first {
      Terminal.write(try BuiltInRecipes.recipe(named: name).text)
    } else {
      Terminal.write(Format.table(BuiltInRecipes.all.map { [$0.name, $0.summary] }))
    }
  }
}
