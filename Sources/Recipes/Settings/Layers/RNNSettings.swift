import Layers

/// A plain recurrent layer (Elman 1990).
public struct RNNSettings: Equatable, Sendable {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// What bends the new state.
  public var nonlinearity = RNN.Nonlinearity.tanh
  /// Whether the cells have biases.
  public var bias = true
  /// Levels, directions and what goes out.
  public var options = RecurrentOptions()
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// Every default.
  public init() {}
}

extension RNN.Nonlinearity: Choice {}

extension RNNSettings: RecurrentSettings {
  static let name = "rnn"
  static let doc = "a plain recurrent layer"
  static let shortKey: String? = "hiddenSize"
  static let fields: [Field<Self>] = recurrentFields(cell: [
    Field("nonlinearity", \.nonlinearity, .choice, "what bends the new state: tanh or relu")
  ])
}
