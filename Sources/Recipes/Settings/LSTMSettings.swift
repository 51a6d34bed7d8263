import Layers

/// Long short-term memory with forget gates (Gers, Schmidhuber and Cummins 2000).
public struct LSTMSettings: Equatable, Sendable {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// Which steps go to the next layer.
  public var output = RecurrentOutput.last
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// Every default.
  public init() {}
}

extension LSTMSettings: VariantSettings {
  static let name = "lstm"
  static let doc = "long short-term memory, a recurrent layer with gates"

  static let fields: [Field<LSTMSettings>] = [
    Field("hiddenSize", \.hiddenSize, .number(.atLeast(1)), "the length of the hidden state"),
    Field("output", \.output, .choice, "the steps that go to the next layer: last or all"),
    .initialization(\.initialization),
  ]
}
