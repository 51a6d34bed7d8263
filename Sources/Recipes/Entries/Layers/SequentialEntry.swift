import Layers

/// Several layers, one after the other, as one layer.
public struct SequentialEntry: LayerEntry {
  /// The layers from input to output.
  public var layers: [any LayerEntry]
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A layer of these layers.
  public init(layers: [any LayerEntry]) { self.layers = layers }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(layers: []) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "sequential", "several layers, one after the other, as one",
    example: "layers: [{linear: {outputs: 64}}, relu]", short: "layers",
    keys: [
      .moduleName(\.name, isContainer: true),
      RecipeKey("layers", \.layers, .list(.layer), required: true, "the layers from input to output"),
    ])

  /// Makes one layer of them.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    // PyTorch's `nn.Sequential` has no name before the numbers.
    let part = site.part("layers")
    return Sequential(input: site.input, LayerPart(part.layers, ownNames: part.ownNames))
  }
}
