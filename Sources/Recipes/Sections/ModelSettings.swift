import Layers

/// The model: its layers, and the initial weights.
public struct ModelSettings: RecipeSettings {
  /// The file with the initial weights, and which of its tensors; nil to draw all from the seed.
  public var weights: WeightsSettings?
  /// How weights are drawn; nil for each layer's own way.
  public var initialization: (any InitializationEntry)?
  /// The cell that replaces that of every recurrent layer; nil to keep them. Always nil after a recipe was read: its
  /// layers are replaced then.
  public var cell: RecurrentCellName?
  /// How convolutions are computed.
  public var convolution = ConvolutionAlgorithm.auto
  /// Patterns of the names of parameters that do not learn.
  public var freeze: [String] = []
  /// When frozen parameters begin to learn; nil for never.
  public var unfreeze: UnfreezeSettings?
  /// MiB on each machine, for each part of the data, for what the frozen layers at the start make of the samples.
  public var frozenCache = 1024
  /// The built-in network whose layers are the model's; nil if `layers` has them. Always nil after a recipe was read: `layers`
  /// has the network's then.
  public var network: (any NetworkEntry)?
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
        "weights", \.weights, .optional(.section),
        "a file with the initial weights, .pt, .safetensors or .npz, or none to draw them from the seed"),
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
        "freeze", \.freeze, .list(.text, least: 0),
        "parameters that do not learn: patterns of their names, or of the layers that have them, such as layer1 or *.bias; "
          + "batch norms use running statistics that are frozen, and those of a frozen weight and bias"),
      RecipeKey(
        "unfreeze", \.unfreeze, .optional(.section), "when the frozen parameters begin to learn, or none for never"),
      RecipeKey(
        "frozenCache", \.frozenCache, .number(.atLeast(0)),
        "MiB of memory on each machine, for each part of the data, for what the frozen layers at the start make of the "
          + "samples, so that it is computed once if no chance is in the way; 0 to compute it in every step"),
      .network,
      RecipeKey(
        "layers", \.layers, .list(.layer), required: true, unless: "network",
        "the layers from input to output, each a name with its settings, unless network gives them"),
    ])

  /// Checks that either the layers or a network are given, and that layers do not lie too deep within others. A network on the
  /// command line replaces the file's layers.
  public func check(_ section: RecipeSection) throws {
    try layers.checkNesting(key: section.path(of: "layers"), place: section["layers"]?.place)
    if unfreeze != nil, freeze.isEmpty {
      throw section.conflict(
        of: ["unfreeze"], "\(section.path(of: "unfreeze")) is given, but nothing is frozen",
        advice: "name in \(section.path(of: "freeze")) what does not learn until then")
    }
    guard network != nil else {
      guard layers.isEmpty else { return }
      throw section.place.failure(
        "\(section.path(of: "layers")) is missing", advice: "network is none, so they are required")
    }
    guard let given = section["layers"] else { return }
    if !given.place.isCommandLine, let part = given.firstOfCommandLine {
      throw part.failure(
        "\(section.path(of: "network")) gives the layers, so those of the file are not used",
        advice: "leave one of them out, or give the network's options: \(section.path(of: "network")).KEY=VALUE")
    }
    guard section["network"]?.place.isCommandLine == true, !given.place.isCommandLine else {
      throw section.conflict(
        of: ["layers", "network"], "\(section.path) has both layers and a network",
        advice: "give one of them; dp-train recipes FILE --resolved writes a network's layers out, to change them")
    }
  }
}

extension RecipeKey<ModelSettings> {
  /// The key `network`.
  fileprivate static var network: RecipeKey {
    var key = RecipeKey(
      "network", \.network, .optional(.network),
      "a built-in network, by its name or with its options, which is written out as layers; or none")
    key.writesNone = false
    return key
  }
}

extension ModelSettings {
  /// Writes the layers of `network` out, and replaces the recurrent layers' cells by `cell`, if they are set.
  mutating func resolve() {
    if let network { layers = network.layers }
    network = nil
    exchangeCells()
  }

  private mutating func exchangeCells() {
    guard let cell else { return }
    layers = layers.map { $0.exchanging(cell: cell) }
    self.cell = nil
  }
}

extension ConvolutionAlgorithm: Choice {}
