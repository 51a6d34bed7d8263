import Layers

/// Dropout (Srivastava et al. 2014).
public struct DropoutEntry: LayerEntry {
  /// The probability with which a value is set to zero.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "dropout", "sets values to zero at random in training, the same ones on any number of ranks",
    example: "probability: 0.2", short: "probability",
    keys: [
      RecipeKey("probability", \.probability, .number(.from(0, below: 1)), "the probability of setting a value to zero")
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    Dropout(input: site.input, probability: probability)
  }
}
