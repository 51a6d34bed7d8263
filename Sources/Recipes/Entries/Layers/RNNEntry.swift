import Layers

/// A plain recurrent layer (Elman 1990).
public struct RNNEntry: RecurrentEntry {
  /// Size, levels, directions, and what goes out.
  public var recurrence = RecurrenceSettings()
  /// What bends the new state.
  public var nonlinearity = RNN.Nonlinearity.tanh

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
      input: site.input, hiddenSize: recurrence.hiddenSize, nonlinearity: nonlinearity, bias: recurrence.bias,
      options: recurrence.options)
  }
}

extension RNN.Nonlinearity: Choice {}
