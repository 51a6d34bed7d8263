import Layers

/// A fully connected layer: a weighted sum of all inputs, plus a bias, for every output.
public struct LinearEntry: LayerEntry {
  /// The number of outputs.
  public var outputs: Int
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for the model's way.
  public var initialization: (any InitializationEntry)?

  /// A layer with this many outputs.
  public init(outputs: Int) { self.outputs = outputs }

  /// Every default; what is required has a placeholder.
  public init() { self.init(outputs: 0) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "linear", "a fully connected layer", example: "outputs: 10", short: "outputs",
    keys: [
      RecipeKey("outputs", \.outputs, .number(.size), required: true, "the number of outputs"),
      RecipeKey("bias", \.bias, .flag, "whether a bias is added"),
      .initialization(\.initialization),
    ])

  /// A layer of all values of a sample, or of each step or pixel.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    Linear(input: site.input, outputs: outputs, bias: bias)
  }
}
