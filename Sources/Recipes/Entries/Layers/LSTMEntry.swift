import Layers

/// Long short-term memory with forget gates (Gers, Schmidhuber and Cummins 2000).
public struct LSTMEntry: RecurrentEntry {
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
    "lstm", "long short-term memory, a recurrent layer with gates", example: "hiddenSize: 12, output: last")

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try LSTM(input: site.input, hiddenSize: hiddenSize, bias: bias, options: options)
  }
}
