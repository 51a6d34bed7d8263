import Layers

/// A plain recurrent layer (Elman 1990).
public struct RNNSettings: Equatable, Sendable {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// What bends the new state.
  public var nonlinearity = RNN.Nonlinearity.tanh
  /// Which steps go to the next layer.
  public var output = RecurrentOutput.last
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// Every default.
  public init() {}
}

extension RNN.Nonlinearity: Choice {}

extension RNNSettings: VariantSettings {
  static let name = "rnn"
  static let doc = "a plain recurrent layer"

  static let fields: [Field<RNNSettings>] = [
    Field("hiddenSize", \.hiddenSize, .number(.atLeast(1)), "the length of the hidden state"),
    Field("nonlinearity", \.nonlinearity, .choice, "what bends the new state: tanh or relu"),
    Field("output", \.output, .choice, "the steps that go to the next layer: last or all"),
    .initialization(\.initialization),
  ]
}
