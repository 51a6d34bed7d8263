/// The network: its layers, and the weights to start from.
public struct ModelSettings: Equatable, Sendable {
  /// A safetensors or `.npz` file with the weights to start from; nil to draw them from the seed.
  public var weights: String?
  /// How weights are drawn; nil for each layer's default.
  public var initialization: InitializationSettings?
  /// The cell that every recurrent layer gets in place of its own; nil to leave them. Reading a recipe exchanges the
  /// layers and leaves nil here.
  public var cell: RecurrentCellName?
  /// The layers, from input to output.
  public var layers: [LayerSettings] = []

  /// A network of these layers, its weights drawn from the seed.
  public init(layers: [LayerSettings] = []) {
    self.layers = layers
  }
}

extension ModelSettings: Settings {
  init() { self.init(layers: []) }

  static let fields: [Field<ModelSettings>] = [
    Field(
      "weights", \.weights, .optional(.text), "a safetensors or .npz file to start from, or none to draw from the seed"),
    Field(
      "initialization", \.initialization, .optional(.variant(by: "name")),
      "how weights (not biases) are drawn, or none for each layer's default"),
    Field(
      "cell", \.cell, .optional(.choice),
      "gated, rnn, lstm or gru for every recurrent layer in place of its own, or none to leave them"),
    Field(
      "layers", \.layers, .list(.named), required: true, "the layers from input to output, each a name and settings"),
  ]
}

extension ModelSettings {
  /// Carries out what `cell` asks for.
  mutating func exchangeCells() {
    guard let cell else { return }
    layers = layers.map { $0.exchanging(cell: cell) }
    self.cell = nil
  }
}
