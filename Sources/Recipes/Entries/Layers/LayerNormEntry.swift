import Layers

/// Normalisation over the features (Ba, Kiros and Hinton 2016).
public struct LayerNormEntry: LayerEntry {
  /// What is added to the variance, against division by zero.
  public var epsilon = 1e-5

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "layer-norm", "normalisation over the features of each step or pixel", example: "epsilon: 1.0e-6",
    keys: [RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the variance, against division by zero")])

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    LayerNorm(input: site.input, epsilon: epsilon)
  }
}
