/// Layers one after the other as one layer.
public struct SequentialSettings: Equatable, Sendable {
  /// The layers from input to output.
  public var layers: [LayerSettings]

  /// A layer of these layers.
  public init(layers: [LayerSettings]) {
    self.layers = layers
  }
}

extension SequentialSettings: VariantSettings {
  static let name = "sequential"
  static let doc = "layers one after the other as one"
  static let shortKey: String? = "layers"

  init() { self.init(layers: []) }

  static let fields: [Field<SequentialSettings>] = [
    Field("layers", \.layers, .list(.named), required: true, "the layers from input to output")
  ]
}
