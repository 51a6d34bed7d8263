import Layers

/// A recurrence with one gate.
public struct GatedEntry: RecurrentEntry {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// Whether the cells have biases.
  public var bias = true
  /// Levels, directions and what goes out.
  public var options = RecurrentOptions()
  /// How the weights are drawn; nil for the model's way.
  public var initialization: (any InitializationEntry)?

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = recurrentForm(
    "gated", "a recurrent layer with one gate between its state and its input", example: "hiddenSize: 32, bias: false")

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try GatedRNN(input: site.input, hiddenSize: hiddenSize, bias: bias, options: options)
  }
}
