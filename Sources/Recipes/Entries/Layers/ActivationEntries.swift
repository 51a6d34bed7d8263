import Layers

/// The rectifier, max(0, x).
public struct ReLUEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("relu", "max(0, x)")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { ReLU(input: site.input) }
}

/// The hyperbolic tangent.
public struct TanhEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("tanh", "the hyperbolic tangent")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Tanh(input: site.input) }
}

/// The logistic function.
public struct SigmoidEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("sigmoid", "the logistic function, 1 / (1 + exp(-x))")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Sigmoid(input: site.input) }
}

/// The softmax over the features.
public struct SoftmaxEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>(
    "softmax", "exp(x) over its sum over the features; not before cross-entropy, which takes logits")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Softmax(input: site.input) }
}

/// The leaky rectifier (Maas, Hannun and Ng 2013).
public struct LeakyReLUEntry: LayerEntry {
  /// The factor for values below zero.
  public var negativeSlope = 0.01

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "leaky-relu", "x above zero, negativeSlope · x below", example: "negativeSlope: 0.1", short: "negativeSlope",
    keys: [RecipeKey("negativeSlope", \.negativeSlope, .number(), "the factor for values below zero")])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    LeakyReLU(input: site.input, negativeSlope: Float(negativeSlope))
  }
}

/// The Gaussian error linear unit (Hendrycks and Gimpel 2016).
public struct GELUEntry: LayerEntry {
  /// The approximation of the normal distribution function; nil for none.
  public var approximate: GELU.Approximation?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "gelu", "x times the normal distribution function of x", example: "approximate: tanh", short: "approximate",
    keys: [RecipeKey("approximate", \.approximate, .optional(.choice), "tanh for the approximation by tanh, or none")])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    GELU(input: site.input, approximation: approximate)
  }
}

extension GELU.Approximation: Choice {}
