/// The layers a model may be made of.
public indirect enum LayerSettings: Equatable, Sendable {
  /// Long short-term memory.
  case lstm(LSTMSettings)
  /// A plain recurrent layer.
  case rnn(RNNSettings)
  /// Gated recurrent units.
  case gru(GRUSettings)
  /// A recurrence with one gate.
  case gated(GatedSettings)
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
  /// Layers one after the other.
  case sequential(SequentialSettings)
  /// max(0, x).
  case relu(PlainSettings<ReLUName>)
  /// max(0, x), and a share of x below zero.
  case leakyReLU(LeakyReLUSettings)
  /// The hyperbolic tangent.
  case tanh(PlainSettings<TanhName>)
  /// The logistic function.
  case sigmoid(PlainSettings<SigmoidName>)
  /// The Gaussian error linear unit.
  case gelu(GELUSettings)
  /// Shares that add to 1.
  case softmax(PlainSettings<SoftmaxName>)
  /// Values dropped at random in training.
  case dropout(DropoutSettings)
  /// Normalisation over the features.
  case layerNorm(LayerNormSettings)
  /// A table of vectors, looked up by index.
  case embedding(EmbeddingSettings)
  /// A layer that the program defines itself.
  case custom(CustomLayer)
}

extension LayerSettings: Variant {
  static let noun = "layer"

  static var variants: [VariantCase<LayerSettings>] { builtIn + RecipeExtensions.current.layers.map { $0.variant } }

  var customVariant: VariantCase<LayerSettings>? {
    if case .custom(let own) = self { own.entry.ownVariant } else { nil }
  }

  private static let builtIn: [VariantCase<LayerSettings>] = [
    VariantCase(LayerSettings.lstm) { if case .lstm(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.rnn) { if case .rnn(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.gru) { if case .gru(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.gated) { if case .gated(let settings) = $0 { settings } else { nil } },
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
    VariantCase(LayerSettings.sequential) { if case .sequential(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.relu) { if case .relu(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.leakyReLU) { if case .leakyReLU(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.tanh) { if case .tanh(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.sigmoid) { if case .sigmoid(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.gelu) { if case .gelu(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.softmax) { if case .softmax(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.dropout) { if case .dropout(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.layerNorm) { if case .layerNorm(let settings) = $0 { settings } else { nil } },
    VariantCase(LayerSettings.embedding) { if case .embedding(let settings) = $0 { settings } else { nil } },
  ]
}
