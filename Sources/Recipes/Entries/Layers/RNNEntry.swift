import Layers

/// A plain recurrent layer (Elman 1990).
public struct RNNEntry: RecurrentEntry {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// What bends the new state.
  public var nonlinearity = RNN.Nonlinearity.tanh
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
    "rnn", "a plain recurrent layer", example: "hiddenSize: 4, nonlinearity: relu",
    cell: [
      RecipeKey("nonlinearity", \.nonlinearity, .choice, "what bends the new state: tanh or relu")
    ])

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try RNN(
      input: site.input, hiddenSize: hiddenSize, nonlinearity: nonlinearity, bias: bias, options: options)
  }
}

extension RNN.Nonlinearity: Choice {}
