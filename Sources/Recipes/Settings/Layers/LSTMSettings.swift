import Layers

/// Long short-term memory with forget gates (Gers, Schmidhuber and Cummins 2000).
public struct LSTMSettings: Equatable, Sendable {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// Whether the cells have biases.
  public var bias = true
  /// Levels, directions and what goes out.
  public var options = RecurrentOptions()
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// Every default.
  public init() {}
}

extension LSTMSettings: RecurrentSettings {
  static let name = "lstm"
  static let doc = "long short-term memory, a recurrent layer with gates"
  static let shortKey: String? = "hiddenSize"
  static let fields: [Field<Self>] = recurrentFields()
}
