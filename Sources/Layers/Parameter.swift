/// One learned tensor of a layer: its name and shape as PyTorch has them, and where its values start.
public final class Parameter {
  /// The name within its layer, for example `weight_ih_l0`.
  public let name: String
  /// Extents, outermost first, for example [outputs, inputs].
  public let shape: [Int]
  /// How its values are drawn before training.
  public let initialization: Initialization
  /// Where its values start in the model's flat vectors of parameters and gradients; set by the model.
  public internal(set) var offset = 0

  /// Declares a parameter.
  public init(_ name: String, shape: [Int], initialization: Initialization) {
    self.name = name
    self.shape = shape
    self.initialization = initialization
  }

  /// Number of values.
  public var count: Int { shape.reduce(1, *) }
}
