import Layers

/// A recurrence with one gate.
public struct GatedSettings: Equatable, Sendable {
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

extension GatedSettings: RecurrentSettings {
  static let name = "gated"
  static let doc = "a recurrent layer with one gate between its state and its input"
  static let shortKey: String? = "hiddenSize"
  static let fields: [Field<Self>] = recurrentFields()
}
