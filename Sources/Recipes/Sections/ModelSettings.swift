/// The network: its layers, and the weights to start from.
public struct ModelSettings: RecipeSettings {
  /// A safetensors or `.npz` file with the weights to start from; nil to draw them from the seed.
  public var weights: String?
  /// How weights are drawn; nil for each layer's default.
  public var initialization: (any InitializationEntry)?
  /// The cell that every recurrent layer gets in place of its own; nil to leave them. Reading a recipe exchanges the
  /// layers and leaves nil here.
  public var cell: RecurrentCellName?
  /// The layers, from input to output.
  public var layers: [any LayerEntry] = []

  /// A network without layers, which a recipe must give.
  public init() {}

  /// A network of these layers, its weights drawn from the seed.
  public init(layers: [any LayerEntry]) {
    self.layers = layers
  }

  /// Its keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey(
        "weights", \.weights, .optional(.text),
        "a safetensors or .npz file to start from, or none to draw from the seed"),
      RecipeKey(
        "initialization", \.initialization, .optional(.initialization),
        "how weights (not biases) are drawn, or none for each layer's default"),
      RecipeKey(
        "cell", \.cell, .optional(.choice),
        "gated, rnn, lstm or gru for every recurrent layer in place of its own, or none to leave them"),
      RecipeKey(
        "layers", \.layers, .list(.layer), required: true, "the layers from input to output, each a name and settings"),
    ])
}

extension ModelSettings {
  /// Carries out what `cell` asks for.
  mutating func exchangeCells() {
    guard let cell else { return }
    layers = layers.map { $0.exchanging(cell: cell) }
    self.cell = nil
  }
}
