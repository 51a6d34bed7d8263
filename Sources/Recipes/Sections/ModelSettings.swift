import Layers

/// The model: its layers, and the initial weights.
public struct ModelSettings: RecipeSettings {
  /// A safetensors or `.npz` file with the initial weights; nil to draw them from the seed.
  public var weights: String?
  /// How weights are drawn; nil for each layer's own way.
  public var initialization: (any InitializationEntry)?
  /// The cell that replaces that of every recurrent layer; nil to keep them. Always nil after a recipe was read: its
  /// layers are replaced then.
  public var cell: RecurrentCellName?
  /// How convolutions are computed.
  public var convolution = ConvolutionAlgorithm.auto
  /// The layers, from input to output.
  public var layers: [any LayerEntry] = []

  /// No layers yet; a recipe must give some.
  public init() {}

  /// A network of these layers, its weights drawn from the seed.
  public init(layers: [any LayerEntry]) {
    self.layers = layers
  }

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey(
        "weights", \.weights, .optional(.text),
        "a safetensors or .npz file with the initial weights, or none to draw them from the seed"),
      RecipeKey(
        "initialization", \.initialization, .optional(.initialization),
        "how weights (not biases) are drawn, or none for each layer's default"),
      RecipeKey(
        "cell", \.cell, .optional(.choice),
        "gated, rnn, lstm or gru to replace every recurrent layer's cell, or none to keep them"),
      RecipeKey(
        "convolution", \.convolution, .choice,
        "how convolutions are computed: auto (by Winograd's algorithm if the layer's shape promises that it is faster), "
          + "direct, or winograd (wherever it can be)"),
      RecipeKey(
        "layers", \.layers, .list(.layer), required: true,
        "the layers from input to output, each a name with its settings"),
    ])
}

extension ModelSettings {
  /// Replaces the recurrent layers' cells by `cell`, if set.
  mutating func exchangeCells() {
    guard let cell else { return }
    layers = layers.map { $0.exchanging(cell: cell) }
    self.cell = nil
  }
}

extension ConvolutionAlgorithm: Choice {}
