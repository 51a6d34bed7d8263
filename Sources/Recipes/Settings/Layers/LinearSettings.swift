/// A fully connected layer: a weighted sum of all inputs, plus a bias, for every output.
public struct LinearSettings: Equatable, Sendable {
  /// The number of outputs.
  public var outputs: Int
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// A layer with this many outputs.
  public init(outputs: Int) {
    self.outputs = outputs
  }
}

extension LinearSettings: VariantSettings {
  static let name = "linear"
  static let doc = "a fully connected layer"
  static let shortKey: String? = "outputs"

  init() { self.init(outputs: 0) }

  static let fields: [Field<LinearSettings>] = [
    Field("outputs", \.outputs, .number(.size), required: true, "the number of outputs"),
    Field("bias", \.bias, .flag, "whether a bias is added"),
    .initialization(\.initialization),
  ]
}
