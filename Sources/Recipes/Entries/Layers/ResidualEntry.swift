import Layers

/// A residual connection (He et al. 2015).
public struct ResidualEntry: LayerEntry {
  /// The layers from input to output.
  public var body: [any LayerEntry]
  /// Layers that bring the input to the shape of the output, or none.
  public var shortcut = [any LayerEntry]?.none

  /// A layer with every other default.
  public init(body: [any LayerEntry]) { self.body = body }

  /// Every default; what is required has a placeholder.
  public init() { self.init(body: []) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "residual", "layers, and a shortcut around them that is added",
    example: "body: [{conv2d: {outputs: 32, kernel: 3, padding: 1}}, batch-norm], shortcut: none", short: "body",
    keys: [
      RecipeKey("body", \.body, .list(.layer), required: true, "the layers from input to output"),
      RecipeKey(
        "shortcut", \.shortcut, .optional(.list(.layer)),
        "layers that bring the input to the shape of the output, or none"),
    ])

  /// The connection around the body.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Residual(input: site.input, body: site.layers("body"), shortcut: site.layers("shortcut"))
  }
}
