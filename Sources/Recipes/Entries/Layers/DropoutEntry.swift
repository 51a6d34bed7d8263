import Layers

/// Dropout (Srivastava et al. 2014).
public struct DropoutEntry: LayerEntry {
  /// The share of values that is dropped.
  public var probability = 0.5

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "dropout", "drops values at random in training, the same ones on any number of ranks",
    example: "probability: 0.2", short: "probability",
    keys: [RecipeKey("probability", \.probability, .number(.from(0, below: 1)), "the share of values that is dropped")])

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    Dropout(input: site.input, probability: probability)
  }
}
