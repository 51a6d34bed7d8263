extension LayerSettings {
  /// How the layer's weights are drawn, where the recipe says so for this layer.
  var initialization: InitializationSettings? {
    switch self {
    case .linear(let settings): settings.initialization
    case .conv1d(let settings): settings.initialization
    case .conv2d(let settings): settings.initialization
    case .lstm(let settings): settings.initialization
    case .rnn(let settings): settings.initialization
    case .gru(let settings): settings.initialization
    case .gated(let settings): settings.initialization
    case .embedding(let settings): settings.initialization
    default: nil
    }
  }
}

extension Field {
  /// The key `initialization` of a layer with weights.
  static func initialization(
    _ property: any WritableKeyPath<Root, InitializationSettings?> & Sendable
  ) -> Field {
    Field(
      "initialization", property, .optional(.variant(by: "name")),
      "how weights (not biases) are drawn, or none for the model's way")
  }
}
