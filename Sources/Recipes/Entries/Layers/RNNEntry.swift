import Layers

/// A plain recurrent layer (Elman 1990).
public struct RNNEntry: RecurrentEntry {
  /// The common keys: size, stacked layers, directions, output, initialization.
  public var recurrence = RecurrenceSettings()
  /// The activation function of the new state.
  public var nonlinearity = RNN.Nonlinearity.tanh

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = recurrentForm(
    "rnn", "a plain recurrent layer", example: "hiddenSize: 4, nonlinearity: relu",
    cell: [
      RecipeKey("nonlinearity", \.nonlinearity, .choice, "the activation function of the new state: tanh or relu")
    ])

  /// Makes the layer; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try RNN(
      input: site.input, hiddenSize: recurrence.hiddenSize, nonlinearity: nonlinearity, bias: recurrence.bias,
      options: recurrence.options)
  }
}

extension RNN.Nonlinearity: Choice {}
