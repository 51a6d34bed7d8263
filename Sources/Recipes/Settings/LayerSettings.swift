import Layers

/// The layers a model may be made of.
public indirect enum LayerSettings: Equatable, Sendable {
  /// Long short-term memory.
  case lstm(LSTMSettings)
  /// A plain recurrent layer.
  case rnn(RNNSettings)
  /// A fully connected layer.
  case linear(LinearSettings)
  /// A convolution of sequences.
  case conv1d(Conv1dSettings)
  /// A convolution of images.
  case conv2d(Conv2dSettings)
  /// The largest value of each window.
  case maxPool(MaxPoolSettings)
  /// The mean of each window.
  case averagePool(AveragePoolSettings)
  /// The mean over all pixels or steps.
  case globalAveragePool(GlobalAveragePoolSettings)
  /// All values as one vector.
  case flatten(FlattenSettings)
  /// Batch normalization.
  case batchNorm(BatchNormSettings)
  /// A residual connection.
  case residual(ResidualSettings)
}

extension LayerSettings: Variant {
  static let noun = "layer"

  static let variants: [VariantCase<LayerSettings>] = [
    VariantCase(LayerSettings.lstm) { if case .lstm(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.rnn) { if case .rnn(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.linear) { if case .linear(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.conv1d) { if case .conv1d(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.conv2d) { if case .conv2d(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.maxPool) { if case .maxPool(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.averagePool) { if case .averagePool(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.globalAveragePool) {
      if case .globalAveragePool(let settings) = $0 { settings } else { nil }
    },
    VariantCase(LayerSettings.flatten) { if case .flatten(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.batchNorm) { if case .batchNorm(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.residual) { if case .residual(let settings) = $0 { settings } else { nil } },
  ]
}

extension RecurrentOutput: Choice {}
