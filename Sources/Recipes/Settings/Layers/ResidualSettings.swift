/// A residual connection (He et al. 2015).
public struct ResidualSettings: Equatable, Sendable {
  /// The layers from input to output.
  public var body: [LayerSettings]
  /// Layers that bring the input to the shape of the output, or none.
  public var shortcut = [LayerSettings]?.none

  /// A layer with every other default.
  public init(body: [LayerSettings]) {
    self.body = body
  }
}

extension ResidualSettings: VariantSettings {
  static let name = "residual"
  static let doc = "layers, and a shortcut around them that is added"
  static let shortKey: String? = "body"

  init() { self.init(body: []) }

  static let fields: [Field<ResidualSettings>] = [
    Field("body", \.body, .list(.named), required: true, "the layers from input to output"),
    Field(
      "shortcut", \.shortcut, .optional(.list(.named)),
      "layers that bring the input to the shape of the output, or none"),
  ]
}
