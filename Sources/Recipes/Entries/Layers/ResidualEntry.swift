import Layers

/// A residual connection (He et al. 2015).
public struct ResidualEntry: LayerEntry {
  /// The layers from input to output.
  public var body: [any LayerEntry]
  /// The layers that give the input the output's shape; nil for none.
  public var shortcut = [any LayerEntry]?.none
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A connection without layers in its shortcut.
  public init(body: [any LayerEntry]) { self.body = body }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(body: []) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "residual", "layers, and a shortcut around them that is added to their output",
    example: "body: [{conv2d: {outputs: 32, kernel: 3, padding: 1}}, batch-norm], shortcut: none", short: "body",
    keys: [
      .moduleName(\.name, isContainer: true),
      RecipeKey("body", \.body, .list(.layer), required: true, "the layers from input to output"),
      RecipeKey(
        "shortcut", \.shortcut, .optional(.list(.layer)),
        "layers that give the input the output's shape, or none"),
    ])

  /// Makes the connection around the body.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Residual(input: site.input, body: site.part("body"), shortcut: site.part("shortcut"))
  }
}
