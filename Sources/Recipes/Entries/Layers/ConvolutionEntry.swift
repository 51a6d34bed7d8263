import Layers

/// A convolution in recipes: what those over sequences and over images have in common.
protocol ConvolutionEntry: LayerEntry {
  /// The number of output channels.
  var outputs: Int { get set }
  /// Kernel, stride, padding and dilation.
  var window: Window { get set }
  /// Groups of channels that see only each other.
  var groups: Int { get set }
  /// Whether a bias is added.
  var bias: Bool { get set }
  /// How the weights are drawn; nil for the model's way.
  var initialization: (any InitializationEntry)? { get set }
}

extension ConvolutionEntry {
  /// The keys of both, around those of the window.
  static func convolutionKeys(window: [RecipeKey<Self>]) -> [RecipeKey<Self>] {
    [RecipeKey("outputs", \Self.outputs, .number(.size), required: true, "the number of output channels")] + window
      + [
        RecipeKey("groups", \Self.groups, .number(.atLeast(1)), "groups of channels that see only each other"),
        RecipeKey("bias", \Self.bias, .flag, "whether a bias is added"),
        .initialization(\Self.initialization),
      ]
  }
}
