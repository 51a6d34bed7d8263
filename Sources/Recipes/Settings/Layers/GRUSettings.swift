import Layers

/// Gated recurrent units (Cho et al. 2014).
public struct GRUSettings: Equatable, Sendable {
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

extension GRUSettings: RecurrentSettings {
  static let name = "gru"
  static let doc = "gated recurrent units, a recurrent layer with gates"
  static let shortKey: String? = "hiddenSize"
  static let fields: [Field<Self>] = recurrentFields()
}
