import Datasets
import Recipes
import Training

extension ExportedModel {
  /// A network that a recipe trained on samples with these facts.
  /// - Throws: `Failure` (configuration) if the recipe's transforms are in an impossible order, (data) if the facts lack
  ///   the means and deviations by which the recipe standardizes.
  public init(_ network: Network, recipe: Recipe, facts: DataFacts) throws {
    self.init(network.model, name: recipe.name, meaning: network.loss.meaning)
    self.recipe = recipe.resolvedYAML()
    classNames = facts.classNames
    alphabet = facts.alphabet
    // Runs of older versions do not say. With lengths, networks are correct in both cases.
    hasLengths = facts.hasLengths ?? true
    normalization = try recipe.inputNormalization()
    standardization = try InputStandardization(recipe, facts: facts)
  }
}
