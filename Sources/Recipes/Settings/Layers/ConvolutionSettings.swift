import Layers

/// Settings of a convolution: what those over sequences and over images have in common.
protocol ConvolutionSettings: VariantSettings {
  /// The number of output channels.
  var outputs: Int { get set }
  /// Kernel, stride, padding and dilation.
  var window: Window { get set }
  /// Groups of channels that see only each other.
  var groups: Int { get set }
  /// Whether a bias is added.
  var bias: Bool { get set }
  /// How the weights are drawn; nil for the model's way.
  var initialization: InitializationSettings? { get set }
}

extension ConvolutionSettings {
  /// The keys of both, around those of the window.
  static func convolutionFields(window: [Field<Self>]) -> [Field<Self>] {
    [Field("outputs", \Self.outputs, .number(.size), required: true, "the number of output channels")] + window
      + [
        Field("groups", \Self.groups, .number(.atLeast(1)), "groups of channels that see only each other"),
        Field("bias", \Self.bias, .flag, "whether a bias is added"),
        .initialization(\Self.initialization),
      ]
  }
}
