import Layers

/// A fully connected layer: each output is a weighted sum of all inputs, plus a bias.
public struct LinearEntry: LayerEntry {
  /// The number of outputs.
  public var outputs: Int
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?

  /// A layer with this many outputs.
  public init(outputs: Int) { self.outputs = outputs }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(outputs: 0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "linear", "a fully connected layer", example: "outputs: 10", short: "outputs",
    keys: [
      RecipeKey("outputs", \.outputs, .number(.size), required: true, "the number of outputs"),
      RecipeKey("bias", \.bias, .flag, "whether a bias is added"),
      .initialization(\.initialization),
    ])

  /// Makes a layer over all values of a vector, or over the features of each step or pixel.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    Linear(input: site.input, outputs: outputs, bias: bias)
  }
}
