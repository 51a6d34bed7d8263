import Layers

/// Layer normalization over the features (Ba, Kiros and Hinton 2016).
public struct LayerNormEntry: LayerEntry {
  /// Added to the variance to avoid division by zero.
  public var epsilon = 1e-5
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "layer-norm", "normalization over the features of each step or pixel", example: "epsilon: 1.0e-6",
    keys: [
      .moduleName(\.name),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the variance to avoid division by zero"),
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    LayerNorm(input: site.input, epsilon: epsilon)
  }
}
