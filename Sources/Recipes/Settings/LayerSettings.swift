import Layers

/// The layers a model may be made of.
public enum LayerSettings: Equatable, Sendable {
  /// Long short-term memory.
  case lstm(LSTMSettings)
  /// A plain recurrent layer.
  case rnn(RNNSettings)
  /// A fully connected layer.
  case linear(LinearSettings)
}

extension LayerSettings: Variant {
  static let noun = "layer"

  static let variants: [VariantCase<LayerSettings>] = [
    VariantCase(LayerSettings.lstm) { if case .lstm(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.rnn) { if case .rnn(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.linear) { if case .linear(let settings) = $0 { settings } else { nil } },
  ]
}

extension RecurrentOutput: Choice {}
