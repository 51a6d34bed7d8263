import Datasets
import Recipes
import Training

extension ExportedModel {
  /// A network that was trained by a recipe on samples with these facts.
  /// - Throws: `Failure` (configuration) where the recipe's transforms do not follow each other.
  public init(_ network: Network, recipe: Recipe, facts: DataFacts) throws {
    self.init(network.model, name: recipe.name, meaning: network.loss.meaning)
    self.recipe = recipe.resolvedYAML()
    classNames = facts.classNames
    alphabet = facts.alphabet
    // Runs of former versions do not say; told lengths, networks are right in any case.
    hasLengths = facts.hasLengths ?? true
    normalization = try recipe.inputNormalization()
  }
}
