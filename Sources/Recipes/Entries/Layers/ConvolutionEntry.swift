import Layers

/// The common keys of convolutions over sequences and over images.
protocol ConvolutionEntry: LayerEntry {
  /// The number of output channels.
  var outputs: LinearEntry.Outputs { get set }
  /// The number of channel groups; a group's outputs see only its inputs.
  var groups: Int { get set }
  /// Whether a bias is added.
  var bias: Bool { get set }
  /// How the weights are drawn; nil for `model.initialization`.
  var initialization: (any InitializationEntry)? { get set }
  /// The name that its parameters' names begin with; nil for its number.
  var name: String? { get set }
}

extension ConvolutionEntry {
  /// The common keys, with those of the window between them and others behind the groups.
  static func convolutionKeys(window: [RecipeKey<Self>], behind: [RecipeKey<Self>] = []) -> [RecipeKey<Self>] {
    [
      .moduleName(\Self.name),
      RecipeKey(
        "outputs", \Self.outputs, .outputs, required: true,
        "the number of output channels, or classes: one for each class of the data"),
    ] + window
      + [
        RecipeKey(
          "groups", \Self.groups, .number(.atLeast(1)), "channel groups; a group's outputs see only its inputs")
      ] + behind
      + [RecipeKey("bias", \Self.bias, .flag, "whether a bias is added"), .initialization(\Self.initialization)]
  }
}
