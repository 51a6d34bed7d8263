import Layers

/// Gated recurrent units (Cho et al. 2014).
public struct GRUEntry: RecurrentEntry {
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
    "gru", "gated recurrent units, a recurrent layer with gates",
    example: "hiddenSize: 64, output: all, layers: 2, dropout: 0.2")

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try GRU(input: site.input, hiddenSize: hiddenSize, bias: bias, options: options)
  }
}
